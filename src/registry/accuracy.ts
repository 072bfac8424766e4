import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PackError } from './errors.ts';
import { parseJsonFile } from './jsonFile.ts';
import { lineOfPath } from './jsonText.ts';
import { factProblems } from './kinds/factProblems.ts';
import { metricNameSchema } from './kinds/measurement.ts';

const errors = {
  /** Points. */
  count: z.int().min(0),
  /** Of |predicted ÷ measured − 1|, fractions. */
  median: z.number().min(0),
  p90: z.number().min(0),
};

const groupSchema = z.strictObject({
  group: z.string().min(1),
  title: z.string().min(1),
  /** That have measured it. */
  sources: z.int().min(0),
  ...errors,
  /** Median of predicted ÷ measured. */
  bias: z.number().min(0),
  /** Share of measurements inside their 80 % interval; null = no interval is given. */
  coverage: z.number().min(0).max(1).nullable(),
  aim: z.strictObject({ median: z.number(), p90: z.number() }),
  /** The published formula with the least median error, on the points that it answers; null = none has one. */
  bestRival: z.strictObject({ name: z.string().min(1), ...errors }).nullable(),
});

/** Measurement, group, metric, then in its unit: measured, predicted, ends of the 80 % interval. */
const pointSchema = z.tuple([
  z.string().min(1),
  z.string().min(1),
  metricNameSchema,
  z.number(),
  z.number(),
  z.number().nullable(),
  z.number().nullable(),
]);

const accuracySchema = z.strictObject({
  date: z.iso.date(),
  groups: z.array(groupSchema),
  points: z.array(pointSchema),
});

/** What the last cross-validation wrote. */
export type AccuracyFile = z.infer<typeof accuracySchema>;

export type AccuracyGroup = AccuracyFile['groups'][number];

/** A measurement that was left out of the fit with all that its source published, and what the rest predicted for it; figures in the metric's unit. */
export interface AccuracyPoint {
  /** One of a kind among all points. */
  id: string;
  measurement: string;
  group: string;
  metric: AccuracyFile['points'][number][2];
  measured: number;
  predicted: number;
  /** Ends of the 80 % interval that the errors of the others give; null = none is given. */
  low: number | null;
  high: number | null;
}

/** How well the calculator predicts what it has not seen. */
export interface Accuracy {
  /** ISO date of the cross-validation. */
  date: string;
  groups: readonly AccuracyGroup[];
  points: readonly AccuracyPoint[];
}

/** Reads what `npm run accuracy` wrote. @throws PackError with the line of what is wrong */
export function loadAccuracy(path: string): Accuracy {
  const text = readFileSync(path, 'utf8');
  const content = parseJsonFile(path, text);
  const parsed = accuracySchema.safeParse(content);
  if (!parsed.success) {
    const problems = factProblems(parsed.error, accuracySchema, content);
    throw new PackError(path, lineOfPath(text, parsed.error.issues[0]?.path ?? []), problems);
  }
  const { date, groups, points } = parsed.data;
  return {
    date,
    groups,
    points: points.map(([measurement, group, metric, measured, predicted, low, high]) => {
      return { id: `${measurement} ${group}`, measurement, group, metric, measured, predicted, low, high };
    }),
  };
}
