import { z } from 'zod';
import type { FactProblem, FigureRange } from './errors.ts';
import { pathText } from './jsonText.ts';

/** What zod found, in the words and paths of messages; with the schema, a figure outside its range names both ends. */
export function factProblems(error: z.ZodError, schema?: z.ZodType, stated?: unknown): FactProblem[] {
  const refused = new Set(error.issues.filter(({ code }) => code !== 'custom').map(({ path }) => pathText(path)));
  // A figure outside its range also contradicts others: one complaint is enough.
  const issues = error.issues.filter(({ code, path }) => code !== 'custom' || !refused.has(pathText(path)));
  return issues.map((issue) => {
    const problem = { path: pathText(issue.path), code: codeOf(issue), message: issue.message };
    if (issue.code === 'custom') return { ...problem, ...issue.params };
    if (issue.code !== 'too_small' && issue.code !== 'too_big') return problem;
    const value = valueAt(stated, issue.path);
    if (typeof value === 'string') return { ...problem, message: lengthProblem(issue, 'letters', value.length) };
    if (Array.isArray(value)) return { ...problem, message: lengthProblem(issue, 'entries', value.length) };
    const range = schema === undefined ? null : numberRange(schema, issue.path, stated);
    return range === null
      ? problem
      : { ...problem, range, message: `must be ${rangeWords(range)}; got ${String(value)}` };
  });
}

/** "needs at least 3 letters; got 1". */
function lengthProblem(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, of: string, length: number): string {
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return `needs ${bound} ${of}; got ${length}`;
}

/** "from 1 to 5,000": a range as messages say it. */
export function rangeWords({ minimum, maximum }: FigureRange): string {
  return `from ${format.format(minimum)} to ${format.format(maximum)}`;
}

const format = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });

function codeOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return 'OUT_OF_RANGE';
    case 'unrecognized_keys':
      return 'UNKNOWN_FIELD';
    case 'invalid_type':
      return issue.input === undefined ? 'MISSING' : 'INVALID_VALUE';
    case 'custom':
      return 'CONTRADICTION';
    default:
      return 'INVALID_VALUE';
  }
}

/** Both ends of a number's range, where the schema has them. */
function numberRange(schema: z.ZodType, path: readonly PropertyKey[], stated: unknown): FigureRange | null {
  const found = schemaAt(schema, path, stated);
  if (!(found instanceof z.ZodNumber)) return null;
  const { minValue: minimum, maxValue: maximum } = found;
  if (minimum === null || maximum === null) return null;
  return { minimum, maximum };
}

/** The schema of the field at `path`, through optional and nullable ones; of a union, the option that has the field. */
function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[], stated: unknown): z.core.$ZodType | null {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return schemaAt(schema.def.innerType, path, stated);
  }
  if (schema instanceof z.ZodUnion) {
    const option = schema.options.find((candidate: z.core.$ZodType) => isOptionOf(candidate, stated));
    return option === undefined ? null : schemaAt(option, path, stated);
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inside = valueAt(stated, [key]);
  if (schema instanceof z.ZodArray) return schemaAt(schema.element, rest, inside);
  if (schema instanceof z.ZodTuple) {
    const item = schema.def.items[Number(key)];
    return item === undefined ? null : schemaAt(item, rest, inside);
  }
  if (!(schema instanceof z.ZodObject)) return null;
  const field: z.core.$ZodType | undefined = schema.shape[String(key)];
  return field === undefined ? null : schemaAt(field, rest, inside);
}

/** True when the literal fields of an object agree with the value: the option of a discriminated union. */
function isOptionOf(option: z.core.$ZodType, stated: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return false;
  return Object.entries(option.shape).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.values.has(valueAt(stated, [key]) as string),
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (holder, key) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined),
    value,
  );
}
