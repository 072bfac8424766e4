import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, Source, TokenKind, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { WithObserved } from '../observe/observed.ts';
import { excess, type ShapeLimits } from './shape.ts';

export interface DocumentLimits extends ShapeLimits {
  /** Lexical tokens, a count. */
  tokens: number;
  /** Brackets and braces inside one another, a count. */
  nesting: number;
  /** Characters of a name, a count: errors and answers repeat names. */
  nameCharacters: number;
  /** Mistakes that a refusal names, a count: each is compared with the names of the schema for one that was meant. */
  errors: number;
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
export function documents(limits: DocumentLimits): Plugin<WithObserved> {
  const kept = new LRUCache<string, Kept>({ maxSize: limits.keptBytes, sizeCalculation: ({ bytes }) => bytes });
  const parsed = new WeakMap<DocumentNode, { text: string; entry: Kept }>();
  return {
    onParse({ params, context: { observed }, setParsedDocument, setParseFn, parseFn }) {
      const text = typeof params.source === 'string' ? params.source : params.source.body;
      const known = kept.get(text);
      if (known !== undefined) {
        setParsedDocument(known.document);
        return;
      }
      setParseFn((source: string | Source, options?: ParseOptions) => {
        const tokens = countTokens(source, limits);
        if (observed !== undefined) observed.tokens = tokens;
        const document: DocumentNode = parseFn(source, options);
        const found = excess(document, limits);
        if (found !== null) throw refused(found.limit, found.words);
        if (text.length <= limits.keptCharacters) {
          const bytes = 2 * text.length + bytesPerToken * tokens;
          parsed.set(document, { text, entry: { document, bytes, valid: false } });
        }
        return document;
      });
    },
    onValidate({ params: { documentAST }, setResult, setValidationFn }) {
      const document = documentAST as DocumentNode;
      const fresh = parsed.get(document);
      if (fresh?.entry.valid) {
        setResult([]);
        return undefined;
      }
      setValidationFn((schema, text, rules) => validate(schema, text, rules, { maxErrors: limits.errors }));
      return ({ valid }) => {
        if (!valid || fresh === undefined) return;
        fresh.entry.valid = true;
        kept.set(fresh.text, fresh.entry);
      };
    },
  };
}

/** Reads the words of a document without building anything of them. */
function countTokens(
  source: string | Source,
  { tokens: mostTokens, nesting: deepest, nameCharacters }: DocumentLimits,
): number {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let tokens = 0;
  let nesting = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1;
    if (tokens > mostTokens) throw refused('tokens', `more than ${mostTokens.toLocaleString('en-US')} words and signs`);
    if (token.kind === TokenKind.NAME && token.end - token.start > nameCharacters) {
      throw refused('names', `a name of more than ${nameCharacters} characters`);
    }
    if (opening.has(token.kind)) nesting += 1;
    else if (closing.has(token.kind)) nesting -= 1;
    if (nesting > deepest) throw refused('nesting', `more than ${deepest} brackets inside one another`);
  }
  return tokens;
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

function refused(limit: string, found: string): GraphQLError {
  return new GraphQLError(`The query has ${found}: ask for less at a time, or in several queries.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', limit, http: { status: 400 } },
  });
}
