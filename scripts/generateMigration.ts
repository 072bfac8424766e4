// npm run migrate:generate -- --name what-changes [--custom]
// drizzle-kit compares src/registry/storage/tables.ts and views.ts with migrations/ and writes the difference. It cannot write STRICT, so
// every table it creates is made STRICT here: the SQL is generated to the last word and never edited by hand.
// What drizzle cannot describe at all (triggers) goes into an empty migration of its own, made with --custom.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'migrations');

const before = new Set(migrationFiles());
const command = ['node_modules/drizzle-kit/bin.cjs', 'generate', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const file of migrationFiles().filter((name) => !before.has(name))) {
  const path = join(folder, file);
  writeFileSync(path, strictTables(readFileSync(path, 'utf8')));
}

function migrationFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.sql'));
}

/** A table's definition ends in a line of its own. */
function strictTables(sql: string): string {
  return sql.replace(/^(CREATE TABLE [\s\S]*?\n\));/gm, '$1 STRICT;');
}
