import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Coefficients } from '../engine/coefficients.ts';
import { PackError } from './errors.ts';
import { parseJsonFile } from './jsonFile.ts';
import { lineOfPath } from './jsonText.ts';
import { factProblems } from './kinds/factProblems.ts';

const coefficientSchema = z.strictObject({
  value: z.number(),
  /** One standard deviation of the natural logarithm. */
  spread: z.number().min(0).max(5),
  /** Points it was fitted on; 0 when it was not fitted. */
  count: z.int().min(0),
  known: z.enum(['fitted', 'source', 'assumed']),
  data: z.string().min(3),
});

const coefficientsSchema = z.strictObject({
  $schema: z.string().optional(),
  date: z.iso.date(),
  tables: z.record(z.string().min(1), z.record(z.string().min(1), coefficientSchema)),
});

/** Reads what the calibration wrote. @throws PackError with the line of what is wrong */
export function loadCoefficients(path: string): Coefficients {
  const text = readFileSync(path, 'utf8');
  const content = parseJsonFile(path, text);
  const parsed = coefficientsSchema.safeParse(content);
  if (!parsed.success) {
    const problems = factProblems(parsed.error, coefficientsSchema, content);
    throw new PackError(path, lineOfPath(text, parsed.error.issues[0]?.path ?? []), problems);
  }
  const { date, tables } = parsed.data;
  return { date, tables };
}
