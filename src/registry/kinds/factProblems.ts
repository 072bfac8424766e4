import { z } from 'zod';
import type { FactProblem, FigureRange } from '../errors.ts';
import { pathText } from '../jsonText.ts';
import { unitSlip } from './unitSlip.ts';

/**
 * What `schema` found wrong with what was `stated`, in the words and paths of messages: a figure outside its range names
 * both ends.
 */
export function factProblems(error: z.ZodError, schema: z.ZodType, stated: unknown): FactProblem[] {
  const refused = new Set(error.issues.filter(({ code }) => code !== 'custom').map(({ path }) => pathText(path)));
  // A figure outside its range also contradicts others: one complaint is enough.
  const issues = error.issues.filter(({ code, path }) => code !== 'custom' || !refused.has(pathText(path)));
  return issues.map((issue) => {
    const path = pathText(issue.path);
    const value = valueAt(stated, issue.path);
    if (issue.code === 'custom') return { path, code: 'CONTRADICTION', message: issue.message, ...issue.params };
    if (value === undefined) return { path, code: 'MISSING', message: 'is required and is missing' };
    const problem = { path, code: codeOf(issue) };
    const range =
      issue.code === 'too_small' || issue.code === 'too_big' ? numberRange(schema, issue.path, stated) : null;
    if (range !== null) {
      const message = `must be ${rangeWords(range)}; got ${String(value)}`;
      const slip = unitSlip(String(issue.path.at(-1)), value, range);
      if (slip === null) return { ...problem, range, message };
      return { ...problem, range, message: `${message}: ${slip.words}`, suggestion: slip.suggestion };
    }
    return { ...problem, message: messageOf(issue, value) };
  });
}

/** zod's words are for programmers; those of a schema of ours stay. */
function messageOf(issue: Exclude<z.core.$ZodIssue, { code: 'custom' }>, value: unknown): string {
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      if (typeof value === 'string') return lengthProblem(issue, 'letters', value.length);
      return Array.isArray(value) ? lengthProblem(issue, 'entries', value.length) : issue.message;
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}; got ${shown(value)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}; got ${shown(value)}`;
    case 'invalid_format': {
      const asked = issue.format === 'url' ? 'must be an address that begins with https://' : issue.message;
      return `${asked}; got ${shown(value)}`;
    }
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  ...{ string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false' },
  ...{ array: 'a list', object: 'a group of fields' },
};

/** The value, shortened. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** "needs at least 3 letters; got 1". */
function lengthProblem(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, of: string, length: number): string {
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return `needs ${bound} ${of}; got ${length}`;
}

/** "from 1 to 50,000": a range as messages say it; years have four digits and no separator. */
export function rangeWords({ minimum, maximum }: FigureRange): string {
  return `from ${format.format(minimum)} to ${format.format(maximum)}`;
}

const format = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6, useGrouping: 'min2' });

function codeOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return 'OUT_OF_RANGE';
    case 'unrecognized_keys':
      return 'UNKNOWN_FIELD';
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
