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
 * Rows of runtime constants from the exact build to everything: version and year (step 0), the nearest other year
 * (1; older first), the runtime at any age (1), the mode of any runtime (2), all (3). Rows with the mode come first.
 */
export function runtimeRows(deployment: Deployment, mode: ServingMode): RowChain {
  const { runtime, runtimeYear, runtimeVersion } = deployment;
  const key = `${runtime.coefficients}|${runtimeYear}|${runtimeVersion ?? ''}|${mode}`;
  const known = knownRows.get(key);
  if (known !== undefined) return known;
  const rows: string[] = [];
  const steps: number[] = [];
  const add = (row: string, step: number) => {
    rows.push(row);
    steps.push(step);
  };
  const addBuild = (build: string, step: number) => {
    add(`${runtime.coefficients}|${build}|${mode}`, step);
    add(`${runtime.coefficients}|${build}`, step);
  };
  if (runtimeVersion !== undefined) addBuild(runtimeVersion, 0);
  addBuild(String(runtimeYear), 0);
  for (let distance = 1; distance <= LATEST_YEAR - EARLIEST_YEAR; distance++) {
    for (const year of [runtimeYear - distance, runtimeYear + distance]) {
      if (year >= EARLIEST_YEAR && year <= LATEST_YEAR) addBuild(String(year), 1);
    }
  }
  add(runtime.coefficients, 1);
  add(mode, 2);
  add('all', 3);
  const chain = { rows, steps };
  knownRows.set(key, chain);
  return chain;
}
