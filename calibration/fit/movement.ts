import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import { rowKey } from './parameters.ts';

/** Rows whose value changed by less than this are not worth a line. */
const NOTEWORTHY = 0.005;

/** What moved between two coefficient files, biggest first, one line a row; new and removed rows after them. */
export function movement(before: Coefficients, after: Coefficients): string[] {
  const moved: { size: number; line: string }[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  for (const [table, rows] of Object.entries(after.tables)) {
    for (const [row, entry] of Object.entries(rows)) {
      const old = before.tables[table]?.[row];
      if (old === undefined) added.push(`new      ${rowKey(table, row)} = ${figure(entry)}`);
      else if (old.value !== entry.value)
        moved.push({ size: sizeOf(old, entry), line: lineOf(table, row, old, entry) });
    }
  }
  for (const [table, rows] of Object.entries(before.tables)) {
    for (const [row, entry] of Object.entries(rows)) {
      if (after.tables[table]?.[row] === undefined) {
        removed.push(`removed  ${rowKey(table, row)} = ${entry.value.toPrecision(4)}: no point reaches it`);
      }
    }
  }
  const noteworthy = moved.filter(({ size }) => size >= NOTEWORTHY).sort((a, b) => b.size - a.size);
  const quiet = moved.length - noteworthy.length;
  return [
    ...noteworthy.map(({ line }) => line),
    ...added,
    ...removed,
    `${noteworthy.length} rows moved, ${quiet} by less than ${100 * NOTEWORTHY} %, ${added.length} new, ${removed.length} removed.`,
  ];
}

function sizeOf(old: Coefficient, entry: Coefficient): number {
  return old.value > 0 && entry.value > 0 ? Math.abs(Math.log(entry.value / old.value)) : Number.POSITIVE_INFINITY;
}

function lineOf(table: string, row: string, old: Coefficient, entry: Coefficient): string {
  const change = old.value === 0 ? '' : `${(100 * (entry.value / old.value - 1)).toFixed(1)} %`.padStart(9);
  return `${change}  ${rowKey(table, row).padEnd(64)} ${old.value.toPrecision(4)} → ${figure(entry)}`;
}

function figure({ value, spread, count, known }: Coefficient): string {
  return `${value.toPrecision(4)} ± ${Math.round(100 * Math.expm1(spread))} % (${known}, ${count} points)`;
}
