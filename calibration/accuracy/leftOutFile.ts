import { readFileSync, writeFileSync } from 'node:fs';
import type { LeftOut } from './crossValidation.ts';
import { nameOf, type Point } from './points.ts';

const PATH = 'calibration/accuracy/left-out.json';

/** What cross-validation found, as committed: the rest of the report follows from it, the measurements and the engine. */
export interface LeftOutFile {
  /** ISO date of the cross-validation. */
  date: string;
  /** By measurement and group: predicted value, steps of inheritance, share of the first token, number of the fold. */
  points: Readonly<Record<string, readonly [predicted: number, inheritance: number, firstShare: number, fold: number]>>;
}

/** The committed file is of other measurements than these. */
export class StaleLeftOutError extends Error {}

export function readLeftOut(points: readonly Point[]): { date: string; leftOut: LeftOut[] } {
  const { date, points: figures }: LeftOutFile = JSON.parse(readFileSync(PATH, 'utf8'));
  const leftOut = points.map((point) => {
    const figure = figures[nameOf(point)];
    if (figure === undefined) throw new StaleLeftOutError(`${nameOf(point)} is not in ${PATH}: run npm run accuracy`);
    const [predicted, inheritance, firstShare, fold] = figure;
    return { point, predicted, inheritance, firstShare, fold };
  });
  const extra = Object.keys(figures).length - leftOut.length;
  if (extra > 0) throw new StaleLeftOutError(`${extra} points of ${PATH} are gone: run npm run accuracy`);
  return { date, leftOut };
}

/** One line a point, so that a change of one source is a change of its lines. */
export function writeLeftOut(date: string, leftOut: readonly LeftOut[]): void {
  const lines = leftOut.map(({ point, predicted, inheritance, firstShare, fold }) => {
    const figures = [Number(predicted.toPrecision(4)), inheritance, Number(firstShare.toFixed(3)), fold];
    return `    ${JSON.stringify(nameOf(point))}: [${figures.join(', ')}]`;
  });
  writeFileSync(PATH, `{\n  "date": "${date}",\n  "points": {\n${lines.sort().join(',\n')}\n  }\n}\n`);
}
