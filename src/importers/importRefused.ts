import type { FactProblem } from '../registry/errors.ts';

/** Why a text cannot be imported. */
export type ImportProblemCode =
  /** Longer or deeper than any real file of its kind. */
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  /** Not JSON, not a GGUF header, or cut off. */
  | 'NOT_READABLE'
  | 'TRUNCATED'
  | 'FORBIDDEN_KEY'
  /** A figure that is neither in the file nor a documented default. */
  | 'MISSING_KEY'
  | 'INVALID_VALUE'
  /** A model type, attention, layer or quantisation kind that the importer does not know. */
  | 'UNKNOWN_KIND';

export interface ImportProblem extends FactProblem {
  /** `path` is the key in the imported file, as in `text_config.layer_types[3]`. */
  code: ImportProblemCode;
}

/** A file cannot be made into a model. Nothing was guessed and nothing was written. */
export class ImportRefusedError extends Error {
  override name = 'ImportRefusedError';
  readonly problems: readonly ImportProblem[];

  constructor(problems: readonly ImportProblem[]) {
    super(problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '));
    this.problems = problems;
  }
}

/** The refusal of one thing. */
export function refusal(code: ImportProblemCode, path: string, message: string): ImportRefusedError {
  return new ImportRefusedError([{ code, path, message }]);
}
