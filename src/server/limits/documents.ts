import { type DocumentNode, GraphQLError, Kind, Lexer, type ParseOptions, Source, TokenKind, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

export interface DocumentLimits {
  /** Lexical tokens, a count. */
  tokens: number;
  /** Brackets and braces inside one another, a count. */
  nesting: number;
  /** Fields with one name in one selection, and fragments, counts: validation compares each with each. */
  repeats: number;
  /** One field without arguments in one selection, under whatever names, a count: each says what the first says. */
  sameAnswers: number;
  /** Directives on one field or fragment, a count. */
  directives: number;
  /** Characters of a document that is kept, a count. */
  keptCharacters: number;
  /** Memory of all kept documents together, in bytes. */
  keptBytes: number;
}

/** Memory of a parsed document for each of its tokens, in bytes: measured on Node 24 as 290 with arguments, 505 for bare fields. */
const bytesPerToken = 505;

interface Kept {
  document: DocumentNode;
  bytes: number;
  /** Refused documents are not kept: only one that passed validation is. */
  valid: boolean;
}

/**
 * Parses documents within limits that are checked before anything is built of them, and keeps the small ones that were
 * valid: front ends send the same few again and again. Parsing and validating cost more than answering.
 */
export function documents(limits: DocumentLimits): Plugin {
  const kept = new LRUCache<string, Kept>({ maxSize: limits.keptBytes, sizeCalculation: ({ bytes }) => bytes });
  const parsed = new WeakMap<DocumentNode, { text: string; entry: Kept }>();
  return {
    onParse({ params, setParsedDocument, setParseFn, parseFn }) {
      const text = typeof params.source === 'string' ? params.source : params.source.body;
      const known = kept.get(text);
      if (known !== undefined) {
        setParsedDocument(known.document);
        return;
      }
      setParseFn((source: string | Source, options?: ParseOptions) => {
        const tokens = countTokens(source, limits);
        const document: DocumentNode = parseFn(source, options);
        checkRepeats(document, limits);
        if (text.length <= limits.keptCharacters) {
          const bytes = 2 * text.length + bytesPerToken * tokens;
          parsed.set(document, { text, entry: { document, bytes, valid: false } });
        }
        return document;
      });
    },
    onValidate({ params: { documentAST }, setResult }) {
      const document = documentAST as DocumentNode;
      const fresh = parsed.get(document);
      if (fresh === undefined) return undefined;
      if (fresh.entry.valid) {
        setResult([]);
        return undefined;
      }
      return ({ valid }) => {
        if (!valid) return;
        fresh.entry.valid = true;
        kept.set(fresh.text, fresh.entry);
      };
    },
  };
}

/** Reads the words of a document without building anything of them. */
function countTokens(source: string | Source, { tokens: mostTokens, nesting: deepest }: DocumentLimits): number {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let tokens = 0;
  let nesting = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1;
    if (tokens > mostTokens) throw refused('tokens', `more than ${mostTokens.toLocaleString('en-US')} words and signs`);
    if (opening.has(token.kind)) nesting += 1;
    else if (closing.has(token.kind)) nesting -= 1;
    if (nesting > deepest) throw refused('nesting', `more than ${deepest} brackets inside one another`);
  }
  return tokens;
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** graphql compares all fields of one name in one selection, and all fragments, pair by pair. */
function checkRepeats(document: DocumentNode, limits: DocumentLimits): void {
  const { repeats: most } = limits;
  if (document.definitions.length > most) throw refused('definitions', `more than ${most} operations and fragments`);
  let spreads = 0;
  visit(document, {
    SelectionSet({ selections }) {
      const names = new Map<string, number>();
      const withoutArguments = new Map<string, number>();
      for (const selection of selections) {
        if ((selection.directives?.length ?? 0) > limits.directives) {
          throw refused('directives', `more than ${limits.directives} directives on one field or fragment`);
        }
        if (selection.kind !== Kind.FIELD) {
          spreads += 1;
          if (spreads > most) throw refused('fragments', `more than ${most} uses of fragments`);
          continue;
        }
        const name = (selection.alias ?? selection.name).value;
        if (countedUp(names, name) > most) throw refused('repeats', `${name} more than ${most} times in one selection`);
        if (selection.arguments !== undefined && selection.arguments.length > 0) continue;
        const field = selection.name.value;
        if (countedUp(withoutArguments, field) > limits.sameAnswers) {
          throw refused(
            'sameAnswers',
            `${field} without arguments more than ${limits.sameAnswers} times in one selection`,
          );
        }
      }
    },
  });
}

function countedUp(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}

function refused(limit: string, found: string): GraphQLError {
  return new GraphQLError(`The query has ${found}: ask for less at a time, or in several queries.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', limit, http: { status: 400 } },
  });
}
