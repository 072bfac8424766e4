import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql';

/** How much of what a document may hold, counts. */
export interface ShapeLimits {
  /** Fields inside fields; the schema's own description is deep by nature and not counted. */
  depth: number;
  /** Aliases, those of a fragment at each of its uses. */
  aliases: number;
  directives: number;
  /**
   * Fields with one name in one selection, uses of fragments, and definitions: validation compares each with each.
   */
  repeats: number;
}

/** What a document has too much of, in words after "The query has"; null when it is within the limits. */
export function excess(document: DocumentNode, limits: ShapeLimits): { limit: string; words: string } | null {
  const tooMany = (limit: string, most: number, what: string) => ({ limit, words: `more than ${most} ${what}` });
  // Pair by pair comes first: what follows is as quick as the text is short.
  const { definitions } = document;
  if (definitions.length > limits.repeats) {
    return tooMany('definitions', limits.repeats, 'operations and fragments');
  }
  const { spreads, directives, repeated } = countParts(document, limits.repeats);
  if (spreads > limits.repeats) return tooMany('fragments', limits.repeats, 'uses of fragments');
  if (repeated !== null) {
    return { limit: 'repeats', words: `${repeated} more than ${limits.repeats} times in one selection` };
  }
  if (directives > limits.directives) return tooMany('directives', limits.directives, 'directives');
  const measure = measuring(document);
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases } = measure(definition.selectionSet);
    if (depth > limits.depth) return tooMany('depth', limits.depth, 'fields inside one another');
    if (aliases > limits.aliases) return tooMany('aliases', limits.aliases, 'aliases');
  }
  return null;
}

interface Parts {
  /** Uses of fragments. */
  spreads: number;
  directives: number;
  /** A field that one selection has too often. */
  repeated: string | null;
}

function countParts(document: DocumentNode, mostRepeats: number): Parts {
  const parts: Parts = { spreads: 0, directives: 0, repeated: null };
  visit(document, {
    Directive() {
      parts.directives += 1;
    },
    SelectionSet({ selections }) {
      const counts = new Map<string, number>();
      for (const selection of selections) {
        if (selection.kind !== Kind.FIELD) {
          parts.spreads += 1;
          continue;
        }
        const name = (selection.alias ?? selection.name).value;
        const count = (counts.get(name) ?? 0) + 1;
        if (count > mostRepeats) parts.repeated ??= name;
        counts.set(name, count);
      }
    },
  });
  return parts;
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
