import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { RegistryError } from '../../../src/registry/errors.ts';
import { openRegistry } from '../../../src/registry/registry.ts';
import { backupDatabase } from '../../../src/registry/storage/backup.ts';
import { openDatabase } from '../../../src/registry/storage/database.ts';
import { readMigrations } from '../../../src/registry/storage/migrations.ts';
import { smallPack, temporaryFolder } from '../packs/smallPack.ts';

const root = join(import.meta.dirname, '../../..');

/** A database with the small pack in it, closed. */
async function filledDatabase(): Promise<string> {
  const path = join(temporaryFolder(), 'c.db');
  const registry = await openRegistry({ databasePath: path, seeds: smallPack() });
  registry.close();
  return path;
}

function failureOf(path: string): RegistryError {
  try {
    openDatabase(path).close();
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as Error).message).not.toContain('\n');
    return error as RegistryError;
  }
  throw new Error(`${path} was opened`);
}

test('its folder is created, and a commit is on the disk before it is acknowledged', () => {
  const path = join(temporaryFolder(), 'data/calculator.db');
  const database = openDatabase(path);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(database.pragma('synchronous', { simple: true })).toBe(2);
  expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  database.close();
});

test.skipIf(process.platform === 'win32')('its owner alone may read it; a mode that somebody chose stays', async () => {
  const path = join(temporaryFolder(), 'c.db');
  const database = openDatabase(path);
  const modes = (file: string) => ['', '-wal', '-shm'].map((end) => (statSync(file + end).mode & 0o777).toString(8));
  expect(modes(path)).toEqual(['600', '600', '600']);
  database.close();
  chmodSync(path, 0o640);
  const again = openDatabase(path);
  expect(modes(path)).toEqual(['640', '640', '640']);
  again.close();
  await backupDatabase(path, `${path}.copy`);
  expect((statSync(`${path}.copy`).mode & 0o777).toString(8)).toBe('600');
});

test('every table is strict, and there is a view of each kind', () => {
  const database = openDatabase(':memory:');
  const listed = database.pragma('table_list') as { name: string; type: string; strict: number }[];
  const own = listed.filter(({ name }) => !name.startsWith('sqlite_'));
  const names = (type: string) => own.filter((entry) => entry.type === type).map(({ name }) => name);
  expect(names('table').sort()).toEqual(['api_key', 'catalogue', 'change', 'idempotency_key', 'profile']);
  expect(own.filter(({ type, strict }) => type === 'table' && strict === 0)).toEqual([]);
  expect(names('view').sort()).toEqual([
    'hardware',
    'hosted_latency',
    'measurement',
    'model',
    'offer',
    'runtime',
    'scenario',
    'weight_format',
  ]);
  database.close();
});

test('views show typed figures', async () => {
  const database = openDatabase(await filledDatabase());
  const rows = database.prepare('SELECT id, memory_gib, typeof(memory_gib) AS type FROM hardware ORDER BY id').all();
  expect(rows).toEqual([
    { id: 'example-h100', memory_gib: 16, type: 'integer' },
    { id: 'example-t4', memory_gib: 16, type: 'integer' },
  ]);
  expect(database.prepare('SELECT sum(usd_per_hour) FROM offer').pluck().get()).toBe(4.5);
  database.close();
});

test.each([
  ["UPDATE change SET actor = 'nobody'", 'the change log is append-only'],
  ['DELETE FROM change', 'the change log is append-only'],
  ['DELETE FROM profile', 'profiles are retired, never deleted'],
  ["UPDATE profile SET facts = 'not json'", 'CHECK constraint failed'],
  ['UPDATE profile SET revision = 0', 'CHECK constraint failed'],
  ["UPDATE profile SET revision = 'two'", 'cannot store TEXT value in INTEGER column'],
])('"%s" is refused by the file itself', async (statement, reason) => {
  const database = openDatabase(await filledDatabase());
  expect(() => database.exec(statement)).toThrow(reason);
  database.close();
});

test('the migrations are what the tables and views say', () => {
  const folder = temporaryFolder();
  for (const name of ['migrations', 'src', 'drizzle.config.ts', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const command = ['node_modules/drizzle-kit/bin.cjs', 'generate'];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  expect(stdout + stderr).toContain('No schema changes');
});

test('a database of a newer version is left alone', async () => {
  const path = await filledDatabase();
  const database = new Database(path);
  const newer = readMigrations().length + 4;
  database.pragma(`user_version = ${newer}`);
  database.close();
  const before = readFileSync(path);
  const { message, hint } = failureOf(path);
  expect(message).toContain(`written by a newer version of the calculator (schema ${newer}`);
  expect(hint).toContain('Update the calculator');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a database of another program is left alone', () => {
  const path = join(temporaryFolder(), 'other.db');
  const other = new Database(path);
  other.exec('CREATE TABLE recipe (title TEXT)');
  other.close();
  const before = readFileSync(path);
  expect(failureOf(path).message).toBe(`The database ${path} belongs to another program.`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file that is not a database is left alone', () => {
  const path = join(temporaryFolder(), 'notes.txt');
  writeFileSync(path, 'Buy milk, and a second GPU.\n'.repeat(200));
  expect(failureOf(path).message).toBe(`The database ${path} is not a SQLite database.`);
  expect(readFileSync(path, 'utf8')).toMatch(/^Buy milk/);
});

test('an empty file becomes a database', () => {
  const path = join(temporaryFolder(), 'empty.db');
  writeFileSync(path, '');
  openDatabase(path).close();
  expect(readFileSync(path).length).toBeGreaterThan(0);
});

test('a damaged page is found at start', async () => {
  const path = await filledDatabase();
  const bytes = readFileSync(path);
  for (let page = 1; page < bytes.length / 4096; page++) bytes.fill(0xa5, page * 4096, page * 4096 + 64);
  writeFileSync(path, bytes);
  expect(failureOf(path).message).toMatch(/is damaged/);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('a truncated database is found at start', async () => {
  const path = await filledDatabase();
  writeFileSync(path, readFileSync(path).subarray(0, 4096 * 3));
  expect(failureOf(path).message).toMatch(/is damaged/);
});

test('a read-only file is refused before anything is tried', async () => {
  const path = await filledDatabase();
  chmodSync(path, 0o444);
  expect(failureOf(path).message).toBe(`The database ${path} cannot be written.`);
});

test('a folder in the place of the file is refused', () => {
  const path = join(temporaryFolder(), 'c.db');
  mkdirSync(path);
  expect(failureOf(path).message).toBe(`The database ${path} is a folder.`);
});

test.each(['missing/folder/c.db', 'file/c.db'])('%s: a folder that cannot be used is refused', (name) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(failureOf(join(folder, name)).message).toMatch(/cannot be created: its folder .* does not exist/);
});

test('a database that another process holds is waited for, then refused', async () => {
  const path = await filledDatabase();
  const holder = new Database(path);
  holder.pragma('journal_mode = DELETE');
  holder.exec('BEGIN EXCLUSIVE');
  expect(failureOf(path).message).toBe(`The database ${path} is held by another process.`);
  holder.close();
});
