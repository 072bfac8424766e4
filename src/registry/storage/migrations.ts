import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One step of the database's shape: the statements of one file that `npm run migrate:generate` wrote. */
export interface Migration {
  name: string;
  statements: readonly string[];
}

const folder = join(import.meta.dirname, '../../../migrations');

/** The migrations in order. A database's `user_version` is the number of them that it has been through. */
export function readMigrations(): readonly Migration[] {
  const journal: { entries: { tag: string }[] } = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8'));
  return journal.entries.map(({ tag }) => ({
    name: tag,
    statements: readFileSync(join(folder, `${tag}.sql`), 'utf8').split('--> statement-breakpoint'),
  }));
}
