import { usesFlashAttention } from './builds.ts';
import type { RowChain } from './coefficients.ts';
import { ownEntry } from './ownEntry.ts';
import { remembered } from './remembered.ts';
import type { Deployment, Hardware, Runtime } from './shapes.ts';

// Which rows of the coefficient tables speak for a deployment, nearest first, and how far each is from it:
// step 0 = its own, 1 = its runtime's at another age or its family's, 2 = of its backend or vendor, 3 = everything's.

/**
 * How requests reach the engine. served: over HTTP, tokens streamed back. offline: in process, one batch.
 * saturated: everything queued at once in process, as many sequences in flight as fit.
 */
export type ServingMode = 'served' | 'offline' | 'saturated';

/** Years of builds that measurements may exist for, oldest first; beyond them the nearest one stands in. */
const rowYears = [2022, 2023, 2024, 2025, 2026, 2027, 2028, 2029, 2030];

/** A desktop build further away in years than this says nothing. */
const NEAR_YEARS = 6;

/**
 * Rows of runtime constants from the exact build to everything: version and year (step 0), the latest earlier year,
 * the runtime at any age (1), all (3). Every row is thus a change on the build before it, and the oldest on the
 * runtime, so that no two rows lean on each other.
 *
 * With a mode, for constants that belong to how requests arrive more than to the build (`vllm|2026|served`): the same
 * chain with the mode at the end of each row, then the mode of any runtime (2), then all.
 */
export function runtimeRows(deployment: Deployment, mode?: ServingMode): RowChain {
  const { runtime, runtimeYear, runtimeVersion } = deployment;
  return knownChain(`${runtime.coefficients}|${runtimeYear}|${runtimeVersion ?? ''} ${mode ?? ''}`, () => {
    const suffix = mode === undefined ? '' : `|${mode}`;
    const ofBuild = (build: string | number) => `${runtime.coefficients}|${build}${suffix}`;
    const exact = runtimeVersion === undefined ? [runtimeYear] : [runtimeVersion, runtimeYear];
    const earlier = rowYears.filter((year) => year < runtimeYear).toReversed();
    return chainOf(
      [0, exact.map(ofBuild)],
      [1, [...earlier.map(ofBuild), `${runtime.coefficients}${suffix}`]],
      [2, mode === undefined ? [] : [mode]],
      [3, ['all']],
    );
  });
}

/** Rows of a runtime's kernels for a number format (`vllm|2026|fp8`), from the exact build to the runtime, then all. */
export function kernelRows(builds: RowChain, format: string): RowChain {
  return known(kernelsOf(builds), format, () => {
    return { rows: [...builds.rows.slice(0, -1).map((row) => `${row}|${format}`), 'all'], steps: builds.steps };
  });
}

const kernelsOf = remembered((_: RowChain) => new Map<string, RowChain>());

/** Rows of a runtime's expert kernels: those for the format, then the runtime's for any format, then all. */
export function expertRows(builds: RowChain, format: string): RowChain {
  return known(expertsOf(builds), format, () => ({
    rows: [...kernelRows(builds, format).rows.slice(0, -1), ...builds.rows],
    // Another format of the very build is as far as the same format of another build.
    steps: [...builds.steps.slice(0, -1), ...builds.steps.map((step) => Math.max(1, step))],
  }));
}

const expertsOf = remembered((_: RowChain) => new Map<string, RowChain>());

/** From the device's own row to everything: device, family, memory class, each with the format; then the format alone. */
export function formatRows(hardware: Hardware, format: string, native: boolean): readonly string[] {
  const name = native ? format : `${format}-weight-only`;
  return known(formatsOf(hardware), name, () => {
    const { id, family, memoryClass } = hardware;
    const anyFormat = native ? [] : [`${memoryClass}|weight-only`];
    return [`${id}|${name}`, `${family}|${name}`, `${memoryClass}|${name}`, ...anyFormat, family, memoryClass, 'all'];
  });
}

const formatsOf = remembered((_: Hardware) => new Map<string, readonly string[]>());

/** The rows of a desktop deployment, by what a constant depends on. Made once per deployment object. */
export const desktopRows = remembered((deployment: Deployment) => {
  const names = engineOf(deployment);
  const { engine, backend, option } = names;
  const { id, family, vendor, memoryClass } = deployment.hardware;
  const key = vendorKey(deployment.hardware);
  const build = buildRows(deployment, names);
  const kernel = usesFlashAttention(deployment) ? 'flash' : 'plain';
  const attention = attentionRows(deployment, names, kernel);
  return {
    engineName: engine,
    backend,
    engine: [engine, backend, 'all'],
    build,
    /** With the engine and alone: of the device (step 0), its family (1), its vendor or CPUs, its memory class (2), all (3). */
    device: {
      rows: [
        `${id}|${engine}`,
        id,
        `${family}|${engine}`,
        family,
        `${key}|${engine}`,
        key,
        `${memoryClass}|${engine}`,
        memoryClass,
        'all',
      ],
      steps: deviceSteps,
    },
    attention,
    /**
     * An option of the build brings kernels of its own, with matrix instructions, which have nothing in common with those
     * they replace; single tokens do not use them.
     */
    promptAttention:
      option === undefined ? attention : { rows: [`${backend}+${option}|${kernel}`, kernel, 'all'], steps: [1, 3, 3] },
    /**
     * By family or vendor with the engine, then by build: units that unpack beside the fp32 ones (A100) do not show in
     * the fp32 rate, so a family may differ from its backend.
     */
    unpack: { rows: [`${family}|${engine}`, `${vendor}|${engine}`, ...build.rows], steps: [0, 0, ...build.steps] },
  };
});

export type DesktopRows = ReturnType<typeof desktopRows>;

interface Engine {
  engine: string;
  backend: string;
  option?: string;
}

const deviceSteps = [0, 0, 1, 1, 2, 2, 2, 2, 3];

/**
 * Runtime and backend as one word: llama.cpp-cuda, llama.cpp-metal, mlx-metal. A runtime that names no backend for the
 * device's vendor (for a CPU: CPU) goes by its own name. What follows a plus sign is an option of the build, such as
 * the attention kernels of rocm+rocwmma.
 */
function engineOf({ runtime, hardware }: Deployment): Engine {
  const built = backendOn(runtime, hardware);
  if (built === undefined) return { engine: runtime.coefficients, backend: runtime.coefficients };
  const plus = built.indexOf('+');
  if (plus < 0) return { engine: `${runtime.coefficients}-${built}`, backend: built };
  const backend = built.slice(0, plus);
  return { engine: `${runtime.coefficients}-${backend}`, backend, option: built.slice(plus + 1) };
}

/** The runtime, with another backend on the device than its own. */
export function withBackend(runtime: Runtime, hardware: Hardware, backend: string): Runtime {
  return { ...runtime, backends: { ...runtime.backends, [vendorKey(hardware)]: backend } };
}

/** The backend a runtime uses on a device; undefined for a runtime that has but one way to run there. */
export function backendOn(runtime: Runtime, hardware: Hardware): string | undefined {
  return ownEntry(runtime.backends, vendorKey(hardware));
}

/** What a runtime lists its backend for a device under: the vendor's name, or CPU. */
export function vendorKey({ kind, vendor }: Hardware): string {
  return kind === 'cpu' ? 'CPU' : vendor;
}

/**
 * Constants of a build: this year's (step 0), the nearest other year's (1, older first), the engine's at any age (1),
 * the backend's (2), all (3).
 */
function buildRows({ runtimeYear }: Deployment, { engine, backend }: Engine): RowChain {
  return knownChain(`${engine}|${runtimeYear}`, () =>
    chainOf(...yearly(runtimeYear, (build) => `${engine}${build}`), [2, [backend]], [3, ['all']]),
  );
}

/** Constants of attention kernels, fused (flash) or not (plain): as `buildRows`, the family's own before each. */
function attentionRows(deployment: Deployment, { engine, backend }: Engine, kernel: string): RowChain {
  const { runtimeYear, hardware } = deployment;
  return knownChain(`${hardware.family}|${engine}|${runtimeYear}|${kernel}`, () =>
    chainOf(
      ...yearly(runtimeYear, (build) => `${hardware.family}|${engine}${build}|${kernel}`),
      ...yearly(runtimeYear, (build) => `${engine}${build}|${kernel}`),
      [2, [`${backend}|${kernel}`]],
      [3, [kernel, 'all']],
    ),
  );
}

/**
 * A block type, then what it resembles: a llama.cpp type its class (16-entry tables of IQ4 unpack like k-quants, the
 * large grids of smaller i-quants do not), a uniform format its width (awq-4 → 4-bit).
 */
export function blockTypeRows(blockType: string): readonly string[] {
  return known(knownTypes, blockType, () => {
    const bits = /-(\d+)$/.exec(blockType)?.[1];
    if (bits !== undefined) return [blockType, `${bits}-bit`];
    if (/^(Q\d_K|IQ4_\w+)$/.test(blockType)) return [blockType, 'k-quant'];
    if (blockType.startsWith('IQ')) return [blockType, 'i-quant'];
    return /^Q\d_[01]$/.test(blockType) ? [blockType, 'legacy-quant'] : [blockType];
  });
}

const knownTypes = new Map<string, readonly string[]>();

/** A build of this year (step 0), of the nearest other year (1, older first), of any age (1). */
function yearly(year: number, row: (build: string) => string): [number, string[]][] {
  const away = (other: number) => Math.abs(other - year);
  const others = rowYears.filter((other) => other !== year && away(other) <= NEAR_YEARS);
  others.sort((one, other) => away(one) - away(other) || one - other);
  return [
    [0, [row(`|${year}`)]],
    [1, [...others.map((other) => row(`|${other}`)), row('')]],
  ];
}

/** One chain of parts: a step, and the rows that are so far from the question. */
function chainOf(...parts: readonly [step: number, rows: readonly string[]][]): RowChain {
  return {
    rows: parts.flatMap(([, rows]) => rows),
    steps: parts.flatMap(([step, rows]) => rows.map(() => step)),
  };
}

const knownChains = new Map<string, RowChain>();

/** Chains kept at a time: the families that questions bring along are as many as people think of. */
const mostChains = 5_000;

function knownChain(key: string, make: () => RowChain): RowChain {
  if (knownChains.size >= mostChains) knownChains.clear();
  return known(knownChains, key, make);
}

function known<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}
