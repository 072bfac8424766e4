import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** Arguments that a field needs, so that it answers. */
const needed: Readonly<Record<string, string>> = {
  'Query.model': 'id: "llama-3.1-70b"',
  'Query.hardware': 'id: "h100"',
  'Query.scenario': 'id: "chatbot"',
  'Query.history': 'kind: MODEL, id: "llama-3.1-70b"',
  'Estimate.operations': 'phase: DECODE',
};

/**
 * Documents that walk the schema where it is widest: every list with the longest page behind a variable, lists inside
 * lists, fragments that use fragments, the same again under other names. Random, and the same for the same numbers.
 */
export function expensiveDocument(schema: GraphQLSchema, random: () => number, size: number): string {
  let left = size;
  let aliases = 0;
  const fragments: string[] = [];

  const selection = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter((field) => canAsk(type, field));
    const composite = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    const parts = ['__typename'];
    for (const field of shuffled(
      depth > 0 ? [...composite, ...fields] : fields.filter((field) => !composite.includes(field)),
      random,
    )) {
      if (left <= 0) break;
      left -= 1;
      aliases += 1;
      const named = getNamedType(field.type);
      const alias = aliases < 240 ? `a${aliases}: ` : '';
      if (alias === '' && parts.some((part) => part.startsWith(field.name))) continue;
      if (!isCompositeType(named)) parts.push(`${alias}${field.name}${argumentsOf(type, field)}`);
      else if (isObjectType(named) || isInterfaceType(named)) {
        const inner = isObjectType(named) ? selection(named, depth - 1) : '{ __typename id }';
        parts.push(`${alias}${field.name}${argumentsOf(type, field)} ${asFragment(named.name, inner)}`);
      }
    }
    return `{ ${parts.join(' ')} }`;
  };

  const asFragment = (type: string, inner: string): string => {
    if (random() > 0.1 || fragments.length > 50) return inner;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${type} ${inner}`);
    return `{ ...${name} }`;
  };

  const query = schema.getQueryType();
  if (!query) throw new Error('the schema has no queries');
  return [`query Expensive($n: Int = 100) ${selection(query, 4)}`, ...fragments].join('\n');
}

function canAsk(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
  return !field.args.some(isRequiredArgument) || needed[`${type.name}.${field.name}`] !== undefined;
}

function argumentsOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string {
  const given = needed[`${type.name}.${field.name}`];
  const page = field.args.some(({ name }) => name === 'first') ? 'first: $n' : undefined;
  const all = [given, page].filter((part) => part !== undefined);
  return all.length === 0 ? '' : `(${all.join(', ')})`;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
