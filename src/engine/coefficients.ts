import type { CoefficientUse } from './answer.ts';
import { ownEntry } from './ownEntry.ts';

/** One fitted, sourced or assumed number. */
export interface Coefficient {
  value: number;
  /** One standard deviation of its natural logarithm. */
  spread: number;
  /** Points it was fitted on; 0 when it was not fitted. */
  count: number;
  known: 'fitted' | 'source' | 'assumed';
  /** What data it comes from, in words. */
  data: string;
}

/**
 * Everything physics cannot know, as tables of rows. The row names are chains of ever wider keys
 * ("nvidia-h100-sxm-80gb|fp8", "nvidia-hopper|fp8", "hbm|fp8", "all"): the first row that exists is used,
 * and each fallback is one step of inheritance. Produced by the calibration, read from one file, passed as an argument.
 */
export interface Coefficients {
  /** ISO date of the fit. */
  date: string;
  tables: Readonly<Record<string, Readonly<Record<string, Coefficient>>>>;
}

/** Row names from the most specific to the widest, and the steps of inheritance each one means. */
export interface RowChain {
  rows: readonly string[];
  steps: readonly number[];
}

/** A table or its widest row is missing from the coefficients: a bug in the file, not in the question. */
export class MissingCoefficientError extends Error {}

/**
 * The first row of `table` named in `rows`, appended to `uses` as evidence: each row passed over is a step of inheritance,
 * unless a chain says how many steps its rows are away.
 */
export function lookUpCoefficient(
  coefficients: Coefficients,
  table: string,
  rows: readonly string[] | RowChain,
  uses?: CoefficientUse[],
): number {
  const entries = coefficients.tables[table];
  if (entries === undefined) throw new MissingCoefficientError(`coefficient table ${table} is missing`);
  const chain = isChain(rows) ? rows : null;
  const names = isChain(rows) ? rows.rows : rows;
  for (let place = 0; place < names.length; place++) {
    const row = names[place] as string;
    const entry = ownEntry(entries, row);
    if (entry === undefined) continue;
    const inheritance = chain?.steps[place] ?? place;
    uses?.push({
      name: table,
      value: entry.value,
      row,
      inheritance,
      known: entry.known,
      points: entry.count,
      data: entry.data,
    });
    return entry.value;
  }
  throw new MissingCoefficientError(`coefficient table ${table} has none of the rows ${names.join(', ')}`);
}

function isChain(rows: readonly string[] | RowChain): rows is RowChain {
  return !Array.isArray(rows);
}

/** How the parts of one estimate look coefficients up. */
export type LookUp = (table: string, rows: readonly string[] | RowChain) => number;

/** Looks up in `coefficients`; every coefficient used is appended to `uses`. */
export function lookUpInto(uses: CoefficientUse[], coefficients: Coefficients): LookUp {
  return (table, rows) => lookUpCoefficient(coefficients, table, rows, uses);
}
