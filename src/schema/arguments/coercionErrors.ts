import {
  type ASTNode,
  coerceInputValue,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLEnumType,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isNonNullType,
  isRequiredInputField,
  isValueNode,
  Kind,
  print,
  TypeInfo,
  typeFromAST,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type NumberRange, rangeText } from '../../calculator/numberRange.ts';
import { codedError, invalidArgument, shortened } from '../errors.ts';
import { required, requiredArguments } from './requiredArguments.ts';

/**
 * GraphQL refuses `tokens: 1.5` or `tokens: 5000000000` before any resolver runs, in words about 32-bit integers.
 * This gives those refusals the form of every other bad argument: INVALID_ARGUMENT with argument, value and range. So
 * does it for what is required and was left out. What an error is about is told by its node and the types there, never by
 * its words.
 */
export function useInvalidArguments(): Plugin {
  return {
    onValidate: ({ params: { schema, documentAST } }) => {
      return ({ valid, result, setResult }) => {
        if (valid) return;
        const errors = result.filter((error) => error instanceof GraphQLError);
        setResult(explainLiterals(errors, schema, documentAST));
      };
    },
    onExecute: ({ args }) => ({
      onExecuteDone: ({ result, setResult }) => {
        const restated = withVariablesExplained(result, args);
        if (restated !== null) setResult(restated);
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result, setResult }) => {
        const restated = withVariablesExplained(result, args);
        if (restated !== null) setResult(restated);
      },
    }),
  };
}

/** The result of a request whose variables were refused before anything was executed; null for every other result. */
function withVariablesExplained(
  result: object,
  { schema, document, variableValues }: Pick<ExecutionArgs, 'schema' | 'document' | 'variableValues'>,
): ExecutionResult | null {
  const { errors, data }: ExecutionResult = result;
  if (errors === undefined || data !== undefined) return null;
  return { ...result, errors: explainVariables(errors, schema, document, variableValues ?? {}) };
}

/** The same errors, those about a value in the document or one left out restated; the rest untouched. */
function explainLiterals(
  errors: readonly GraphQLError[],
  schema: GraphQLSchema,
  document: DocumentNode,
): GraphQLError[] {
  const earlier = counter();
  let leftOut: ReturnType<typeof requiredArguments> | undefined;
  return errors.map((error) => {
    const node = error.nodes?.[0];
    if (node === undefined || error.extensions.code !== undefined) return error;
    if (node.kind === Kind.FIELD || node.kind === Kind.DIRECTIVE) {
      leftOut ??= requiredArguments(schema, document);
      return leftOut(error) ?? error;
    }
    // Only one rule complains of values: that they are not of the type of their place.
    if (!isValueNode(node) || node.kind === Kind.VARIABLE) return error;
    const place = findPlace(schema, document, (candidate) => candidate === node);
    if (place === undefined) return error;
    const fields = node.kind === Kind.OBJECT ? node.fields.map(({ name }) => name.value) : null;
    // Of fields that the type does not have, graphql complains at the field.
    const known = fields?.filter((name) => isInputObjectType(place.type) && name in place.type.getFields()) ?? null;
    return restate(place, literalValue(node), known, earlier(node), error, node);
  });
}

/** The same errors, those about the value of a variable restated. */
function explainVariables(
  errors: readonly GraphQLError[],
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const restated = new Map<ASTNode, GraphQLError[]>();
  return errors.map((error) => {
    const node = error.nodes?.[0];
    // After fifty graphql only says that there are too many.
    if (node === undefined && error.path === undefined && error.extensions.code === undefined) {
      return codedError('INVALID_ARGUMENT', shortened(error.message), {});
    }
    if (node?.kind !== Kind.VARIABLE_DEFINITION) return error;
    const rest = restated.get(node) ?? refusalsOf(node, schema, document, variables, errors.length);
    restated.set(node, rest);
    // graphql says one error for each refusal, in this order.
    return rest.shift() ?? error;
  });
}

/** The first refusals of a variable's value, `most` of them, in the order graphql finds them. */
function refusalsOf(
  definition: VariableDefinitionNode,
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  most: number,
): GraphQLError[] {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  const outer = findPlace(schema, document, (node) => node.kind === Kind.VARIABLE && node.name.value === name);
  if (outer === undefined || !isInputType(type)) return [];
  if (!Object.hasOwn(variables, name)) return isNonNullType(type) ? [required(outer.argument, definition)] : [];
  const refusals: GraphQLError[] = [];
  const earlier = counter();
  coerceInputValue(variables[name], type, (path, value, error) => {
    // graphql stops at fifty; to restate each costs more the more there are.
    if (refusals.length >= most) return;
    const place = innerPlace({ ...outer, type: getNamedType(type) }, path);
    const fields = isObject(value) ? Object.keys(value).filter((key) => value[key] !== undefined) : null;
    const refusal = restate(place, value, fields, earlier(path.join('.')), error, definition);
    refusals.push(refusal === error ? inOwnWords(error, place, definition) : refusal);
  });
  return refusals;
}

/** Of a field that a type does not have graphql says it best; around that it repeats the whole value. */
function inOwnWords({ message }: GraphQLError, { argument }: Place, node: ASTNode): GraphQLError {
  return codedError(
    'INVALID_ARGUMENT',
    `${shortened(argument)}: ${shortened(message)}`,
    { argument: shortened(argument) },
    node,
  );
}

/** Where a value stands: the dotted name of its argument, and what the schema says about it. */
interface Place {
  argument: string;
  range: NumberRange | undefined;
  type: GraphQLInputObjectType | GraphQLEnumType | GraphQLScalarType;
}

function innerPlace(outer: Place, path: readonly (string | number)[]): Place {
  let { argument, range, type } = outer;
  for (const key of path) {
    argument += typeof key === 'number' ? `[${key}]` : `.${key}`;
    const field = isInputObjectType(type) ? type.getFields()[key] : undefined;
    if (field !== undefined) [range, type] = [rangeOf(field.extensions), getNamedType(field.type)];
  }
  return { argument, range, type };
}

/** The first value that `matches` inside an argument of a field. */
function findPlace(
  schema: GraphQLSchema,
  document: DocumentNode,
  matches: (node: ASTNode) => boolean,
): Place | undefined {
  const types = new TypeInfo(schema);
  const names: string[] = [];
  let range: NumberRange | undefined;
  let found: Place | undefined;
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        if (found !== undefined) return;
        if (node.kind === Kind.ARGUMENT) {
          names.push(node.name.value);
          range = rangeOf(types.getArgument()?.extensions);
        } else if (node.kind === Kind.OBJECT_FIELD) {
          names.push(node.name.value);
          const parent = getNamedType(types.getParentInputType());
          range = isInputObjectType(parent) ? rangeOf(parent.getFields()[node.name.value]?.extensions) : undefined;
        } else if (names.length > 0 && matches(node)) {
          const type = types.getInputType();
          if (type) found = { argument: names.join('.'), range, type: getNamedType(type) };
        }
      },
      leave(node) {
        if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) names.pop();
      },
    }),
  );
  return found;
}

/**
 * The error as INVALID_ARGUMENT. An object can be refused several times: for each field it lacks, for each that its type
 * does not have, then for not having exactly one.
 *
 * @param fields names of the object's fields; null when the value is none
 * @param earlier refusals of the same value before this one
 */
function restate(
  { argument, range, type }: Place,
  value: unknown,
  fields: readonly string[] | null,
  earlier: number,
  error: GraphQLError,
  node: ASTNode,
): GraphQLError {
  if (isInputObjectType(type) && fields !== null) {
    const known = Object.values(type.getFields());
    const missing = known.filter((field) => isRequiredInputField(field) && !fields.includes(field.name));
    const lacking = missing[earlier];
    if (lacking !== undefined) return required(`${argument}.${lacking.name}`, node);
    const unknown = fields.filter((name) => !known.some((field) => field.name === name));
    if (!type.isOneOf || earlier < missing.length + unknown.length) return error;
    const names = known.map(({ name }) => name);
    return invalidArgument(argument, value, `must have exactly one of ${names.join(', ')}`, names, node);
  }
  if (range !== undefined) {
    const { minimum, maximum } = range;
    return invalidArgument(argument, value, `must be ${rangeText(range)}`, { minimum, maximum }, node);
  }
  if (isEnumType(type)) {
    const allowed = type.getValues().map(({ name }) => name);
    return invalidArgument(argument, value, `must be one of ${allowed.join(', ')}`, allowed, node);
  }
  const wanted = value === null || node.kind === Kind.NULL ? undefined : scalars[type.name];
  return invalidArgument(argument, value, wanted ?? `is refused: ${error.message}`, undefined, node);
}

const scalars: Readonly<Record<string, string>> = {
  Int: 'must be a whole number, without quotes, of up to 2,147,483,647',
  Float: 'must be a number, without quotes',
  String: 'must be text, in quotes',
  ID: 'must be an id, in quotes',
  Boolean: 'must be true or false',
};

function literalValue(node: ASTNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  if (node.kind === Kind.STRING || node.kind === Kind.BOOLEAN || node.kind === Kind.ENUM) return node.value;
  return print(node);
}

const rangeOf = (extensions: { readonly range?: unknown } | undefined) => extensions?.range as NumberRange | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How often each key was asked for before. */
function counter<Key>(): (key: Key) => number {
  const counts = new Map<Key, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count;
  };
}
