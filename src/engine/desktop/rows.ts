import type { RowChain } from '../coefficients.ts';
import type { Deployment, Hardware } from '../shapes.ts';

/**
 * Runtime and backend as one word: llama.cpp-cuda, llama.cpp-metal, mlx-metal. A runtime that names no backend for the
 * device's vendor (for a CPU: CPU) goes by its own name. What follows a plus sign is an option of the build, such as
 * the attention kernels of rocm+rocwmma.
 */
export function engineOf({ runtime, hardware }: Deployment): { engine: string; backend: string; option?: string } {
  const built = runtime.backends[vendorKey(hardware)];
  if (built === undefined) return { engine: runtime.coefficients, backend: runtime.coefficients };
  const plus = built.indexOf('+');
  if (plus < 0) return { engine: `${runtime.coefficients}-${built}`, backend: built };
  const backend = built.slice(0, plus);
  return { engine: `${runtime.coefficients}-${backend}`, backend, option: built.slice(plus + 1) };
}

/** Years of builds that rows may name; beyond them nothing is looked for. */
const EARLIEST_YEAR = 2022;
const LATEST_YEAR = 2028;

const knownChains = new Map<string, RowChain>();

/**
 * Constants of a build: this year's (step 0), the nearest other year's (1, older first), the engine's at any age (1),
 * the backend's (2), all (3).
 */
export function buildRows(deployment: Deployment): RowChain {
  const { engine, backend } = engineOf(deployment);
  const { runtimeYear } = deployment;
  return remembered(`${engine}|${runtimeYear}`, () => {
    const chain: GrowingChain = { rows: [], steps: [] };
    addYears(chain, engine, runtimeYear, '');
    add(chain, 1, engine);
    add(chain, 2, backend);
    add(chain, 3, 'all');
    return chain;
  });
}

/** Constants of attention kernels, fused (flash) or not (plain): as `buildRows`, the family's own before each. */
export function attentionRows(deployment: Deployment, kernel: 'flash' | 'plain'): RowChain {
  const { engine, backend } = engineOf(deployment);
  const { runtimeYear, hardware } = deployment;
  return remembered(`${hardware.family}|${engine}|${runtimeYear}|${kernel}`, () => {
    const chain: GrowingChain = { rows: [], steps: [] };
    addYears(chain, `${hardware.family}|${engine}`, runtimeYear, `|${kernel}`);
    add(chain, 1, `${hardware.family}|${engine}|${kernel}`);
    addYears(chain, engine, runtimeYear, `|${kernel}`);
    add(chain, 1, `${engine}|${kernel}`);
    add(chain, 2, `${backend}|${kernel}`);
    add(chain, 3, kernel);
    add(chain, 3, 'all');
    return chain;
  });
}

/**
 * The same over a prompt. An option of the build brings kernels of its own, with matrix instructions, which have nothing
 * in common with those they replace; single tokens do not use them.
 */
export function promptAttentionRows(deployment: Deployment, kernel: 'flash' | 'plain'): RowChain {
  const { backend, option } = engineOf(deployment);
  if (option === undefined) return attentionRows(deployment, kernel);
  return { rows: [`${backend}+${option}|${kernel}`, kernel, 'all'], steps: [1, 3, 3] };
}

/**
 * Constants of a device: with the engine and alone (step 0), its family's (1), those of its vendor or of CPUs, and its
 * memory class's (2), all (3).
 */
export function deviceRows({ hardware }: Deployment, engine: string): RowChain {
  const { id, family, memoryClass } = hardware;
  const vendor = vendorKey(hardware);
  return {
    rows: [
      `${id}|${engine}`,
      id,
      `${family}|${engine}`,
      family,
      `${vendor}|${engine}`,
      vendor,
      `${memoryClass}|${engine}`,
      memoryClass,
      'all',
    ],
    steps: deviceSteps,
  };
}

const deviceSteps = [0, 0, 1, 1, 2, 2, 2, 2, 3];

const knownTypes = new Map<string, readonly string[]>();

/**
 * A block type, then what it resembles: a llama.cpp type its class (16-entry tables of IQ4 unpack like k-quants, the
 * large grids of smaller i-quants do not), a uniform format its width (awq-4 → 4-bit).
 */
export function blockTypeRows(blockType: string): readonly string[] {
  const known = knownTypes.get(blockType);
  if (known !== undefined) return known;
  const bits = /-(\d+)$/.exec(blockType)?.[1];
  const rows = [blockType];
  if (bits !== undefined) rows.push(`${bits}-bit`);
  else if (/^(Q\d_K|IQ4_\w+)$/.test(blockType)) rows.push('k-quant');
  else if (blockType.startsWith('IQ')) rows.push('i-quant');
  else if (/^Q\d_[01]$/.test(blockType)) rows.push('legacy-quant');
  knownTypes.set(blockType, rows);
  return rows;
}

interface GrowingChain {
  rows: string[];
  steps: number[];
}

function addYears(chain: GrowingChain, subject: string, year: number, suffix: string): void {
  add(chain, 0, `${subject}|${year}${suffix}`);
  for (let distance = 1; distance <= LATEST_YEAR - EARLIEST_YEAR; distance++) {
    for (const other of [year - distance, year + distance]) {
      if (other >= EARLIEST_YEAR && other <= LATEST_YEAR) add(chain, 1, `${subject}|${other}${suffix}`);
    }
  }
}

function add(chain: GrowingChain, step: number, row: string): void {
  chain.rows.push(row);
  chain.steps.push(step);
}

function remembered(key: string, make: () => RowChain): RowChain {
  const known = knownChains.get(key);
  if (known !== undefined) return known;
  const chain = make();
  knownChains.set(key, chain);
  return chain;
}

function vendorKey(hardware: Hardware): string {
  return hardware.kind === 'cpu' ? 'CPU' : hardware.vendor;
}
