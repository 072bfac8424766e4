import { readFileSync, writeFileSync } from 'node:fs';
import type { LeftOut } from './crossValidation.ts';
import { nameOf, type Point } from './points.ts';

const PATH = 'calibration/accuracy/left-out.json';

/** Both ways of leaving out, each in the order of the points. */
export interface BothLeftOut {
  /** Without whole sources: what a newcomer meets. */
  sources: LeftOut[];
  /** Without (source, model, device family) in folds: what someone meets whose machine has been measured. */
  folds: LeftOut[];
}

type Figures = readonly [
  predicted: number,
  prefillInheritance: number,
  decodeInheritance: number,
  firstShare: number,
  uncertainMemory: number,
];

/** What leaving out found, as committed: the rest of the report follows from it, the measurements and the engine. */
export interface LeftOutFile {
  /** ISO date. */
  date: string;
  /** By measurement and group: the figures without its source, those without its fold, the number of the fold. */
  points: Readonly<Record<string, readonly [bySource: Figures, byFold: Figures, fold: number]>>;
}

/** The committed file is of other measurements than these. */
export class StaleLeftOutError extends Error {}

export function readLeftOut(points: readonly Point[]): BothLeftOut & { date: string } {
  const { date, points: lines }: LeftOutFile = JSON.parse(readFileSync(PATH, 'utf8'));
  const sources: LeftOut[] = [];
  const folds: LeftOut[] = [];
  for (const point of points) {
    const line = lines[nameOf(point)];
    if (line === undefined) throw new StaleLeftOutError(`${nameOf(point)} is not in ${PATH}: run npm run accuracy`);
    const [bySource, byFold, fold] = line;
    sources.push(leftOutOf(point, bySource, point.source));
    folds.push(leftOutOf(point, byFold, String(fold)));
  }
  const extra = Object.keys(lines).length - points.length;
  if (extra > 0) throw new StaleLeftOutError(`${extra} points of ${PATH} are gone: run npm run accuracy`);
  return { date, sources, folds };
}

/** One line a point, so that a change of one source is a change of its lines. */
export function writeLeftOut(date: string, { sources, folds }: BothLeftOut): void {
  const lines = sources.map((bySource, place) => {
    const byFold = folds[place] as LeftOut;
    const figures = [figuresOf(bySource), figuresOf(byFold), Number(byFold.part)];
    return `    ${JSON.stringify(nameOf(bySource.point))}: ${JSON.stringify(figures)}`;
  });
  writeFileSync(PATH, `{\n  "date": "${date}",\n  "points": {\n${lines.sort().join(',\n')}\n  }\n}\n`);
}

function leftOutOf(point: Point, figures: Figures, part: string): LeftOut {
  const [predicted, prefill, decode, firstShare, uncertainMemory] = figures;
  return { point, predicted, inheritance: { prefill, decode }, firstShare, uncertainMemory, part };
}

function figuresOf({ predicted, inheritance: { prefill, decode }, firstShare, uncertainMemory }: LeftOut): Figures {
  const [share, memory] = [Number(firstShare.toFixed(3)), Number(uncertainMemory.toFixed(3))];
  return [Number(predicted.toPrecision(4)), prefill, decode, share, memory];
}
