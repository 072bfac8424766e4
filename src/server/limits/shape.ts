import { BREAK, type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql';

/** How much of what a document may hold, counts. */
export interface ShapeLimits {
  /** Fields inside fields; the schema's own description is deep by nature and not counted. */
  depth: number;
  /** Aliases, those of a fragment at each of its uses. */
  aliases: number;
  /** Directives on one field or fragment. */
  directives: number;
  /** One field without arguments in one selection, under whatever names: each says what the first says. */
  sameAnswers: number;
  /**
   * Fields with one name in one selection, uses of fragments, and definitions: validation compares each with each.
   */
  repeats: number;
}

export interface Excess {
  limit: string;
  /** Completes "The query has". */
  words: string;
}

/** What a document has too much of; null when it is within the limits. */
export function excess(document: DocumentNode, limits: ShapeLimits): Excess | null {
  // Pair by pair comes first: what follows is as quick as the text is short.
  const { definitions } = document;
  if (definitions.length > limits.repeats) {
    return tooMany('definitions', limits.repeats, 'operations and fragments');
  }
  const parts = countParts(document, limits);
  if (parts !== null) return parts;
  const measure = measuring(document);
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases } = measure(definition.selectionSet);
    if (depth > limits.depth) return tooMany('depth', limits.depth, 'fields inside one another');
    if (aliases > limits.aliases) return tooMany('aliases', limits.aliases, 'aliases');
  }
  return null;
}

function countParts(document: DocumentNode, limits: ShapeLimits): Excess | null {
  let spreads = 0;
  let found: Excess | null = null;
  visit(document, {
    SelectionSet({ selections }) {
      const names = new Map<string, number>();
      const withoutArguments = new Map<string, number>();
      for (const selection of selections) {
        if ((selection.directives?.length ?? 0) > limits.directives) {
          found = tooMany('directives', limits.directives, 'directives on one field or fragment');
          return BREAK;
        }
        if (selection.kind !== Kind.FIELD) {
          spreads += 1;
          if (spreads <= limits.repeats) continue;
          found = tooMany('fragments', limits.repeats, 'uses of fragments');
          return BREAK;
        }
        const field = selection.name.value;
        const name = selection.alias?.value ?? field;
        if (countedUp(names, name) > limits.repeats) {
          found = { limit: 'repeats', words: `${name} more than ${limits.repeats} times in one selection` };
          return BREAK;
        }
        if (selection.arguments !== undefined && selection.arguments.length > 0) continue;
        if (countedUp(withoutArguments, field) > limits.sameAnswers) {
          const times = `more than ${limits.sameAnswers} times in one selection`;
          found = { limit: 'sameAnswers', words: `${field} without arguments ${times}` };
          return BREAK;
        }
      }
      return undefined;
    },
  });
  return found;
}

function countedUp(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}

function tooMany(limit: string, most: number, what: string): Excess {
  return { limit, words: `more than ${most} ${what}` };
}

interface Extent {
  depth: number;
  aliases: number;
}

/** Measures selections. Each fragment is measured once, however often it is used. */
function measuring(document: DocumentNode): (selectionSet: SelectionSetNode) => Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Extent>();
  return measure;

  function measure({ selections }: SelectionSetNode): Extent {
    const total: Extent = { depth: 0, aliases: 0 };
    for (const selection of selections) {
      let inner: Extent = { depth: 0, aliases: 0 };
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = ofFragment(selection.name.value);
      else if (selection.selectionSet !== undefined) inner = measure(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      const isIntrospection = isField && (selection.name.value === '__schema' || selection.name.value === '__type');
      total.depth = Math.max(total.depth, isIntrospection ? 1 : inner.depth + (isField ? 1 : 0));
      total.aliases += inner.aliases + (isField && selection.alias !== undefined ? 1 : 0);
    }
    return total;
  }

  function ofFragment(name: string): Extent {
    const extent = known.get(name);
    if (extent !== undefined) return extent;
    const fragment = fragments.get(name);
    // Validation refuses a fragment inside itself, and one that is not there; until then it counts as nothing.
    known.set(name, { depth: 0, aliases: 0 });
    if (fragment !== undefined) known.set(name, measure(fragment.selectionSet));
    return known.get(name) ?? { depth: 0, aliases: 0 };
  }
}
