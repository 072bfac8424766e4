import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromAST,
} from 'graphql';
import { estimatesOf } from '../../schema/work.ts';

/** What an operation asks for, as far as its text, its variables and the schema tell. Counts. */
export interface QueryCost {
  /** Objects of the answer: pages count as full, other lists as one item, for their lengths show only while executing. */
  nodes: number;
  /** Estimates, or work that takes as long. */
  estimates: number;
  /** Objects of the schema's own description. */
  introspection: number;
  /** True where a variable decides: with other values it costs something else. */
  variable: boolean;
}

/** Counts are enough beyond this: no limit is wider. */
const enough = 1e12;

/** What the operation asks for. Fragments are counted once and multiplied, so the count is as quick as the text is short. */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): QueryCost {
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return nothing();
  return new Count(schema, document, variables).of(operation.selectionSet, root, 1);
}

/** The whole description of the schema, as editors and code generators ask for it. */
export function introspectionCost(schema: GraphQLSchema): number {
  const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }));
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operation === undefined ? 0 : queryCost(schema, document, operation, {}).introspection;
}

class Count {
  readonly #schema: GraphQLSchema;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #known = new Map<string, QueryCost>();

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  /** One object's share. @param page items of the page that the object is, 1 for what is no page */
  of({ selections }: SelectionSetNode, type: GraphQLCompositeType, page: number): QueryCost {
    const total = nothing();
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) add(total, this.#field(selection, type, page));
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition === undefined ? type : this.#composite(selection.typeCondition.name.value);
        if (on !== null) add(total, this.of(selection.selectionSet, on, page));
      } else add(total, this.#fragment(selection.name.value, page));
    }
    return total;
  }

  #fragment(name: string, page: number): QueryCost {
    const key = `${page} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    const on = fragment === undefined ? null : this.#composite(fragment.typeCondition.name.value);
    // Validation has refused a fragment inside itself; the entry ends the recursion all the same.
    this.#known.set(key, nothing());
    const cost = fragment === undefined || on === null ? nothing() : this.of(fragment.selectionSet, on, page);
    this.#known.set(key, cost);
    return cost;
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, page: number): QueryCost {
    const field = this.#definition(node.name.value, parent);
    if (field === null) return nothing();
    const own: QueryCost = { ...nothing(), estimates: estimatesOf(field) };
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || node.selectionSet === undefined) return own;
    const introspects = type.name.startsWith('__');
    const isList = isListType(getNullableType(field.type));
    const first = node.arguments?.find(({ name }) => name.value === 'first');
    if (first?.value.kind === Kind.VARIABLE) own.variable = true;
    const size = this.#pageSize(first, field);
    const ownPage = isList && size !== null;
    const items = isList ? (introspects ? this.#introspected(field.name) : (size ?? page)) : 1;
    const each = this.of(node.selectionSet, type, ownPage ? 1 : (size ?? 1));
    if (introspects) own.introspection += items;
    else own.nodes += items;
    add(own, each, items);
    return own;
  }

  /** Items a field answers with, in its page or in itself; null for a field without `first`. */
  #pageSize(given: ArgumentNode | undefined, field: GraphQLField<unknown, unknown>): number | null {
    const first = field.args.find(({ name }) => name === 'first');
    if (first === undefined) return null;
    const value = given === undefined ? undefined : valueFromAST(given.value, first.type, this.#variables);
    const size = value ?? first.defaultValue;
    return typeof size === 'number' && size > 0 ? size : 1;
  }

  /** Mean length of a list of the schema's description. */
  #introspected(name: string): number {
    const types = Object.values(this.#schema.getTypeMap());
    if (name === 'types') return types.length;
    if (name !== 'fields' && name !== 'inputFields' && name !== 'enumValues' && name !== 'possibleTypes') return 2;
    const fields = types.map((type) => (isObjectType(type) ? Object.keys(type.getFields()).length : 0));
    return Math.ceil(fields.reduce((sum, count) => sum + count, 0) / types.length);
  }

  #definition(name: string, parent: GraphQLCompositeType): GraphQLField<unknown, unknown> | null {
    if (parent === this.#schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return isObjectType(parent) || isInterfaceType(parent) ? (parent.getFields()[name] ?? null) : null;
  }

  #composite(name: string): GraphQLCompositeType | null {
    const type = this.#schema.getType(name);
    return isCompositeType(type) ? type : null;
  }
}

function nothing(): QueryCost {
  return { nodes: 0, estimates: 0, introspection: 0, variable: false };
}

function add(total: QueryCost, more: QueryCost, times = 1): void {
  total.nodes = Math.min(enough, total.nodes + times * more.nodes);
  total.estimates = Math.min(enough, total.estimates + times * more.estimates);
  total.introspection = Math.min(enough, total.introspection + times * more.introspection);
  total.variable ||= more.variable;
}
