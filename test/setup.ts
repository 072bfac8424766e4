import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openRegistry } from '../src/registry/registry.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database that holds the seeds, for tests to copy: filling one takes most of the time of opening a registry. */
    seededDatabase: string;
    /** Where tests make folders of their own; it goes when all have run. */
    temporaryFolders: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'calculator-tests-'));
  const databasePath = join(folder, 'calculator.db');
  (await openRegistry({ databasePath, packs: [] })).close();
  project.provide('seededDatabase', databasePath);
  project.provide('temporaryFolders', folder);
  return () => rmSync(folder, { recursive: true });
}
