import type { Deployment, Hardware } from '../profile.ts';

/** Row names from the most specific to the widest, and the steps of inheritance each one means. */
export interface RowChain {
  rows: readonly string[];
  steps: readonly number[];
}

/**
 * Runtime and backend as one word: llama.cpp-cuda, llama.cpp-metal, mlx-metal. A runtime that names no backend for the
 * device's vendor (for a CPU: CPU) goes by its own name.
 */
export function engineOf({ runtime, hardware }: Deployment): { engine: string; backend: string } {
  const backend = runtime.backends[vendorKey(hardware)];
  if (backend === undefined) return { engine: runtime.coefficients, backend: runtime.coefficients };
  return { engine: `${runtime.coefficients}-${backend}`, backend };
}

/** As switched, or as builds of that year have it. */
export function usesFlashAttention({ flashAttention, runtime, runtimeYear }: Deployment): boolean {
  if (flashAttention !== undefined) return flashAttention;
  return runtime.flashAttentionSince !== null && runtimeYear >= runtime.flashAttentionSince;
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
    const chain = yearRows(engine, runtimeYear, '');
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
    const chain = yearRows(`${hardware.family}|${engine}`, runtimeYear, `|${kernel}`);
    add(chain, 1, `${hardware.family}|${engine}|${kernel}`);
    const anyFamily = yearRows(engine, runtimeYear, `|${kernel}`);
    for (const [place, row] of anyFamily.rows.entries()) add(chain, anyFamily.steps[place] ?? 1, row);
    add(chain, 1, `${engine}|${kernel}`);
    add(chain, 2, `${backend}|${kernel}`);
    add(chain, 3, kernel);
    add(chain, 3, 'all');
    return chain;
  });
}

/** Constants of a device: with the engine and alone (step 0), its family's (1), its memory class's (2), all (3). */
export function deviceRows({ hardware }: Deployment, engine: string): RowChain {
  const { id, family, memoryClass } = hardware;
  return {
    rows: [`${id}|${engine}`, id, `${family}|${engine}`, family, `${memoryClass}|${engine}`, memoryClass, 'all'],
    steps: deviceSteps,
  };
}

const deviceSteps = [0, 0, 1, 1, 2, 2, 3];

interface GrowingChain {
  rows: string[];
  steps: number[];
}

function yearRows(subject: string, year: number, suffix: string): GrowingChain {
  const chain: GrowingChain = { rows: [], steps: [] };
  add(chain, 0, `${subject}|${year}${suffix}`);
  for (let distance = 1; distance <= LATEST_YEAR - EARLIEST_YEAR; distance++) {
    for (const other of [year - distance, year + distance]) {
      if (other >= EARLIEST_YEAR && other <= LATEST_YEAR) add(chain, 1, `${subject}|${other}${suffix}`);
    }
  }
  return chain;
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
