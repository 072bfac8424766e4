import type { Estimator } from '../../engine/shapes.ts';

/** Profiles written in code: by folder of their kind (`models`, `hardware`, ...), then by id. */
export type PackProfilesByFolder = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** What a package brings to the calculator: its default export. */
export interface PackDefinition {
  /** For the start's report and the change log. */
  name: string;
  /** Folder of profile files, like `seeds/`; absolute, or a file: URL made from `import.meta.url`. */
  folder?: string | URL | undefined;
  /** Profiles beside those of the folder, each as one file holds it. */
  profiles?: PackProfilesByFolder | undefined;
  /** Pure functions that answer for the runtimes which name them in `estimatedBy`. */
  estimators?: readonly Estimator[] | undefined;
}

/**
 * Types a pack: `export default definePack({ name: 'acme', folder: new URL('./profiles', import.meta.url) })`.
 * It returns what it is given, so a package without types may export the same object plainly.
 */
export function definePack(definition: PackDefinition): PackDefinition {
  return definition;
}
