import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  Kind,
  print,
  TypeInfo,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type NumberRange, rangeText } from '../../calculator/numberRange.ts';
import { pathSegments } from '../../registry/jsonText.ts';
import { codedError, invalidArgument } from '../errors.ts';

/**
 * GraphQL refuses `tokens: 1.5` or `tokens: 5000000000` before any resolver runs, in words about 32-bit integers.
 * This gives those refusals the form of every other bad argument: INVALID_ARGUMENT with argument, value and range. So
 * does it for what is required and was left out.
 */
export function useInvalidArguments(): Plugin {
  return {
    onValidate: ({ params: { schema, documentAST } }) => {
      return ({ valid, result, setResult }) => {
        if (!valid)
          setResult(
            explainCoercionErrors(
              result.filter((error) => error instanceof GraphQLError),
              schema,
              documentAST,
            ),
          );
      };
    },
    onExecute: ({ args: { schema, document, variableValues } }) => ({
      onExecuteDone: ({ result, setResult }) => {
        if (!('errors' in result) || result.errors === undefined || result.data !== undefined) return;
        const errors = explainCoercionErrors(result.errors, schema, document, variableValues ?? {});
        setResult({ ...result, errors });
      },
    }),
  };
}

/** The same errors, those about the value of an argument or variable restated; the rest untouched. */
export function explainCoercionErrors(
  errors: readonly GraphQLError[],
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> = {},
): GraphQLError[] {
  return errors.map((error) => {
    const node = error.nodes?.[0];
    if (node === undefined || error.extensions.code !== undefined) return error;
    if (node.kind === Kind.VARIABLE_DEFINITION) return explainVariable(error, node, schema, document, variables);
    return explainLiteral(error, node, schema, document);
  });
}

/** Where a value stands: the dotted name of its argument, and what the schema says about it. */
interface Place {
  argument: string;
  range: NumberRange | undefined;
  allowed: readonly string[] | undefined;
}

function explainLiteral(
  error: GraphQLError,
  node: ASTNode,
  schema: GraphQLSchema,
  document: DocumentNode,
): GraphQLError {
  if (!aboutValue.test(error.message)) return error;
  const leftOut = argumentLeftOut.exec(error.message)?.[1];
  if (leftOut !== undefined) return required(leftOut, node);
  const place = findPlace(schema, document, (candidate) => candidate === node);
  return place === undefined ? error : restate(error, place, literalValue(node), node, schema);
}

const fieldLeftOut = /Field "(?:\w+\.)?(\w+)" of required type ".*" was not provided/;
const argumentLeftOut = / argument "(\w+)" of type ".*" is required, but it was not provided/;
const notOneOf = /OneOf (?:Input Object|type) "(\w+)"/;

/** graphql-js says so, and only so, when a value is not of its type. */
const aboutValue = new RegExp(
  [
    ' cannot represent |does not exist in ".*" enum|^Expected value of type |type ".*" must not be null',
    fieldLeftOut.source,
    argumentLeftOut.source,
    notOneOf.source,
  ].join('|'),
);

/** Messages read: Variable "$options" got invalid value 1.5 at "options.devices"; Int cannot represent ... */
const variableMessage = /^Variable "\$(\w+)" (?:got invalid value [\s\S]*?(?: at "\w+\.([^"]+)")?; |of )/;

function explainVariable(
  error: GraphQLError,
  definition: VariableDefinitionNode,
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError {
  const [, name, path] = variableMessage.exec(error.message) ?? [];
  if (name === undefined || !aboutValue.test(error.message)) return error;
  const outer = findPlace(
    schema,
    document,
    (candidate) => candidate.kind === Kind.VARIABLE && candidate.name.value === name,
  );
  if (outer === undefined) return error;
  const fields = pathSegments(path ?? '');
  const value = fields.reduce<unknown>((holder, key) => (isRecord(holder) ? holder[key] : undefined), variables[name]);
  return restate(error, innerPlace(outer, fields, schema, definition), value, definition, schema);
}

function innerPlace(
  outer: Place,
  fields: readonly (string | number)[],
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
): Place {
  if (fields.length === 0) return outer;
  let typeName = print(definition.type).replaceAll(/[![\]]/g, '');
  let place = outer;
  for (const field of fields) {
    if (typeof field === 'number') {
      place = { ...place, argument: `${place.argument}[${field}]` };
      continue;
    }
    const type = schema.getType(typeName);
    const input = type !== undefined && 'getFields' in type ? type.getFields()[field] : undefined;
    if (input === undefined) continue;
    const inputType = getNamedType(input.type);
    typeName = inputType.name;
    place = {
      argument: `${place.argument}.${field}`,
      range: rangeOf(input.extensions),
      allowed: isEnumType(inputType) ? inputType.getValues().map(({ name }) => name) : undefined,
    };
  }
  return place;
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
  const enterNamed = (name: string) => {
    names.push(name);
    range = undefined;
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        if (found !== undefined) return;
        if (node.kind === Kind.ARGUMENT) {
          enterNamed(node.name.value);
          range = rangeOf(types.getArgument()?.extensions);
        } else if (node.kind === Kind.OBJECT_FIELD) {
          enterNamed(node.name.value);
          const parent = types.getParentInputType();
          const parentType = parent && getNamedType(parent);
          if (parentType && 'getFields' in parentType)
            range = rangeOf(parentType.getFields()[node.name.value]?.extensions);
        } else if (names.length > 0 && matches(node)) {
          const input = types.getInputType();
          const type = input && getNamedType(input);
          const allowed = isEnumType(type) ? type.getValues().map(({ name }) => name) : undefined;
          found = { argument: names.join('.'), range, allowed };
        }
      },
      leave(node) {
        if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) names.pop();
      },
    }),
  );
  return found;
}

function restate(
  error: GraphQLError,
  { argument, range, allowed }: Place,
  value: unknown,
  node: ASTNode,
  schema: GraphQLSchema,
): GraphQLError {
  const leftOut = fieldLeftOut.exec(error.message)?.[1];
  if (leftOut !== undefined) return required(`${argument}.${leftOut}`, node);
  const oneOf = schema.getType(notOneOf.exec(error.message)?.[1] ?? '');
  if (isInputObjectType(oneOf)) {
    const names = Object.keys(oneOf.getFields());
    return invalidArgument(argument, value, `must have exactly one of ${names.join(', ')}`, names, node);
  }
  if (range !== undefined) {
    const { minimum, maximum } = range;
    return invalidArgument(argument, value, `must be ${rangeText(range)}`, { minimum, maximum }, node);
  }
  if (allowed !== undefined) {
    return invalidArgument(argument, value, `must be one of ${allowed.join(', ')}`, allowed, node);
  }
  const scalar = /\b(\w+) cannot represent /.exec(error.message)?.[1] ?? '';
  const reason = error.message.slice(error.message.lastIndexOf('; ') + 1).trim();
  return invalidArgument(argument, value, scalars[scalar] ?? `is refused: ${reason}`, undefined, node);
}

const scalars: Readonly<Record<string, string>> = {
  Int: 'must be a whole number, without quotes, of up to 2,147,483,647',
  Float: 'must be a number, without quotes',
  String: 'must be text, in quotes',
  ID: 'must be an id, in quotes',
  Boolean: 'must be true or false',
};

function required(argument: string, node: ASTNode): GraphQLError {
  return codedError('INVALID_ARGUMENT', `${argument} is required and was left out`, { argument }, node);
}

function literalValue(node: ASTNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  if (node.kind === Kind.STRING || node.kind === Kind.BOOLEAN || node.kind === Kind.ENUM) return node.value;
  return print(node);
}

const rangeOf = (extensions: { readonly range?: unknown } | undefined) => extensions?.range as NumberRange | undefined;

const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;
