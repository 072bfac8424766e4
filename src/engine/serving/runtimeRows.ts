import type { RowChain } from '../coefficients.ts';
import type { Deployment } from '../shapes.ts';

/**
 * How requests reach the engine. served: over HTTP, tokens streamed back. offline: in process, one batch.
 * saturated: everything queued at once in process, as many sequences in flight as fit.
 */
export type ServingMode = 'served' | 'offline' | 'saturated';

/** Years of builds that measurements exist for; beyond them the nearest one stands in. */
const EARLIEST_YEAR = 2022;
const LATEST_YEAR = 2030;

const knownRows = new Map<string, RowChain>();

/**
 * Rows of runtime constants from the exact build to everything: version and year (step 0), the latest earlier year,
 * the runtime at any age (1), all (3). Every row is thus a change on the build before it, and the oldest on the
 * runtime, so that no two rows lean on each other.
 *
 * With a mode, for constants that belong to how requests arrive more than to the build (`vllm|2026|served`): the same
 * chain with the mode at the end of each row, then the mode of any runtime (2), then all.
 */
export function runtimeRows(deployment: Deployment, mode?: ServingMode): RowChain {
  return remembered(deployment, mode ?? '', () => buildsOf(deployment, mode));
}

function buildsOf({ runtime, runtimeYear, runtimeVersion }: Deployment, mode: ServingMode | undefined): RowChain {
  const suffix = mode === undefined ? '' : `|${mode}`;
  const rows: string[] = [];
  const steps: number[] = [];
  const add = (row: string, step: number) => {
    rows.push(row);
    steps.push(step);
  };
  const addBuild = (build: string | number, step: number) => add(`${runtime.coefficients}|${build}${suffix}`, step);
  if (runtimeVersion !== undefined) addBuild(runtimeVersion, 0);
  addBuild(runtimeYear, 0);
  for (let year = Math.min(runtimeYear - 1, LATEST_YEAR); year >= EARLIEST_YEAR; year--) addBuild(year, 1);
  add(`${runtime.coefficients}${suffix}`, 1);
  if (mode !== undefined) add(mode, 2);
  add('all', 3);
  return { rows, steps };
}

/** Rows of a runtime's kernels for a number format (`vllm|2026|fp8`), from the exact build to the runtime, then all. */
export function kernelRows(deployment: Deployment, format: string): RowChain {
  return remembered(deployment, `${format} kernels`, () => {
    const { rows, steps } = runtimeRows(deployment);
    return { rows: [...rows.slice(0, -1).map((row) => `${row}|${format}`), 'all'], steps };
  });
}

/** Rows of a runtime's expert kernels: those for the format, then the runtime's for any format, then all. */
export function expertRows(deployment: Deployment, format: string): RowChain {
  return remembered(deployment, `${format} experts`, () => {
    const kernels = kernelRows(deployment, format);
    const builds = runtimeRows(deployment);
    return {
      rows: [...kernels.rows.slice(0, -1), ...builds.rows],
      // Another format of the very build is as far as the same format of another build.
      steps: [...kernels.steps.slice(0, -1), ...builds.steps.map((step) => Math.max(1, step))],
    };
  });
}

function remembered(deployment: Deployment, kind: string, make: () => RowChain): RowChain {
  const { runtime, runtimeYear, runtimeVersion } = deployment;
  const key = `${runtime.coefficients}|${runtimeYear}|${runtimeVersion ?? ''} ${kind}`;
  const known = knownRows.get(key);
  if (known !== undefined) return known;
  const chain = make();
  knownRows.set(key, chain);
  return chain;
}
