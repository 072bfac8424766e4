import type { Deployment } from '../profile.ts';

/**
 * How requests reach the engine. served: over HTTP, tokens streamed back. offline: in process, one batch.
 * saturated: everything queued at once in process, as many sequences in flight as fit.
 */
export type ServingMode = 'served' | 'offline' | 'saturated';

/** Years of builds that measurements exist for; beyond them the nearest one stands in. */
const EARLIEST_YEAR = 2020;
const LATEST_YEAR = 2030;

/** Names of rows from the most specific to the widest, and how many steps of inheritance each one means. */
export interface RowChain {
  rows: readonly string[];
  steps: readonly number[];
}

const knownRows = new Map<string, RowChain>();

/**
 * Rows of runtime constants from the exact build to everything: version and year (step 0), the latest earlier year,
 * the runtime at any age, the earliest later year (1), all (3). Every row is thus a change on the build before it, and
 * the oldest on the runtime, so that no two rows lean on each other.
 *
 * With a mode, for constants that belong to how requests arrive more than to the build (`vllm|2026|served`): the same
 * chain with the mode at the end of each row, then the mode of any runtime (2), then all.
 */
export function runtimeRows(deployment: Deployment, mode?: ServingMode): RowChain {
  const { runtime, runtimeYear, runtimeVersion } = deployment;
  const key = `${runtime.coefficients}|${runtimeYear}|${runtimeVersion ?? ''}|${mode ?? ''}`;
  const known = knownRows.get(key);
  if (known !== undefined) return known;
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
  for (let year = Math.max(runtimeYear + 1, EARLIEST_YEAR); year <= LATEST_YEAR; year++) addBuild(year, 1);
  if (mode !== undefined) add(mode, 2);
  add('all', 3);
  const chain = { rows, steps };
  knownRows.set(key, chain);
  return chain;
}
