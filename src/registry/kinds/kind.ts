import type { z } from 'zod';
import type { FactProblem } from '../errors.ts';

/** A figure that refers to another profile, e.g. an offer's hardware. */
export interface Reference {
  kind: string;
  id: string;
  /** Path of the field that names it, for messages. */
  path: string;
}

/**
 * One kind of profile. A file in `src/registry/kinds/` defines one; storage, loading, look-up, search and history
 * work on this interface alone, so a new kind needs no migration.
 */
export interface Kind<Facts extends object = object, Engine = unknown> {
  /** Singular, as stored and shown: model, hardware, offer, ... */
  kind: string;
  /** Folder of a pack that holds its files. */
  folder: string;
  /** The facts of one profile: strict, with sanity ranges, and every group's `source` key present in `sources`. */
  schema: z.ZodType<Facts>;
  /**
   * Kinds kept as lists (prices, measurements): one pack file is many profiles.
   * `schema` then describes a row after expansion, `fileSchema` the file; `expand` gets what `fileSchema` has parsed.
   * Rows have no aliases.
   */
  fileSchema?: z.ZodType;
  expand?(fileId: string, file: unknown): readonly { id: string; facts: unknown; path: string }[];
  name(id: string, facts: Facts): string;
  aliases(facts: Facts): readonly string[];
  /** Lower-case words people search for, id and name included. */
  searchText(id: string, facts: Facts): string;
  references(facts: Facts): readonly Reference[];
  /** What is wrong with a user's facts beside what the catalogue holds: the same profile before, and the others. */
  contradictions?(id: string, facts: Facts, known: KnownProfiles<Facts>): readonly FactProblem[];
  /** The engine's shape (SI units), or the facts themselves where the engine has none. */
  toEngine(id: string, facts: Facts): Engine;
}

/** What the catalogue holds when a profile is written. */
export interface KnownProfiles<Facts extends object> {
  /** The profile's facts until now; null for a new one. */
  before: Facts | null;
  /** Every profile of the kind, in no particular order. */
  others(): Iterable<Profile<Facts>>;
}

/** Who wrote a profile's current facts. */
export type Origin = 'seed' | 'pack' | 'user';

/** A profile as the catalogue holds it. */
export interface Profile<Facts extends object = object, Engine = unknown> {
  kind: string;
  id: string;
  name: string;
  /** Counts this profile's changes, from 1. */
  revision: number;
  origin: Origin;
  /** ISO time of the last change. */
  updatedAt: string;
  /** Set when retired: no longer listed, still found by id. */
  retired: { at: string; replacedBy: string | null } | null;
  aliases: readonly string[];
  facts: Facts;
  engine: Engine;
}
