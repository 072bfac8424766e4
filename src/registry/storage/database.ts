import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { RegistryError, StorageError } from '../errors.ts';
import { readMigrations } from './migrations.ts';
import { anotherFile, asStorageError } from './sqliteFailure.ts';

export type SqliteFile = Database.Database;

/** Marks the file as ours (`PRAGMA application_id`): the letters LLMC. */
const applicationId = 0x4c4c4d43;

/** How long opening waits for another process's transaction. */
const openingTimeoutMs = 5000;

/** Kilobytes of pages that stay in memory. The catalogue is read once and kept: a large cache would hold it a second time. */
export const cacheKilobytes = 1024;

/**
 * Opens the SQLite file, creating or migrating it when needed: write-ahead log, and a commit is on the disk before it
 * is acknowledged (`synchronous=FULL`). A file that cannot be used is left exactly as it is. Opening waits up to five
 * seconds for another process; afterwards the connection waits for nobody.
 *
 * @throws RegistryError one line: not a database, damaged, of another program, newer than this program, not writable
 */
export function openDatabase(path: string): SqliteFile {
  if (path !== ':memory:') prepareFile(path);
  let database: SqliteFile | null = null;
  try {
    database = new Database(path, { timeout: openingTimeoutMs });
    checkIdentity(database, path);
    database.pragma(`cache_size = -${cacheKilobytes}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    migrate(database, path);
    database.pragma('foreign_keys = ON');
    checkIntegrity(database, path);
    // From here on nothing waits on the thread: see SqliteConnection.
    database.pragma('busy_timeout = 0');
    return database;
  } catch (error) {
    database?.close();
    throw asRegistryError(error, path);
  }
}

/** Runs `work` as one write transaction that sees everything committed so far. */
export function inTransaction<Result>(database: SqliteFile, work: () => Result): Result {
  return database.transaction(work).immediate();
}

/** Runs `work` as a write transaction and undoes it. */
export function undone(database: SqliteFile, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
  } finally {
    // A full disk has undone it already.
    if (database.inTransaction) database.exec('ROLLBACK');
  }
}

/** Runs `work` as one consistent view over several statements. */
export function inView<Result>(database: SqliteFile, work: () => Result): Result {
  return database.inTransaction ? work() : database.transaction(work).deferred();
}

/**
 * Tells which files the connection's paths lead to: device and inode of the database and of its log and index, which are
 * there, the same, for as long as anybody has the database open. The same text = the same files.
 */
export function lookAt(database: SqliteFile): () => string {
  if (database.memory) return () => '';
  const path = resolve(database.name);
  const companions = ['-wal', '-shm']
    .map((ending) => `${realpathSync(path)}${ending}`)
    .filter((each) => existsSync(each));
  const identity = (each: string) => {
    try {
      const { dev, ino } = statSync(each, { bigint: true });
      return `${dev}:${ino}`;
    } catch {
      // Not there, or not to be seen: in any case not what was opened.
      return 'none';
    }
  };
  return () => [path, ...companions].map(identity).join(' ');
}

/** An empty file that its owner alone may read. What SQLite puts beside it gets the same mode. */
export function createPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/** SQLite's own words for what went wrong with a file, as one clear line; other errors pass unchanged. */
export function asRegistryError(error: unknown, path: string): unknown {
  const failure = asStorageError(error);
  return failure instanceof StorageError ? failure.naming(path) : failure;
}

/** The file's own folder is created (the default is `data/`); a longer path that does not exist is a typing error. */
function prepareFile(path: string): void {
  const folder = dirname(path);
  try {
    if (!existsSync(folder)) mkdirSync(folder);
    readdirSync(folder);
    if (!existsSync(path)) {
      createPrivate(path);
      return;
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new RegistryError(
      `The database ${path} cannot be created: its folder ${folder} does not exist or is not writable${reason}.`,
      'Create the folder, or set DATABASE_URL to a file in a writable one.',
      { cause: error },
    );
  }
  if (statSync(path).isDirectory()) {
    throw new RegistryError(`The database ${path} is a folder.`, 'Set DATABASE_URL to a file.');
  }
  if (!isWritable(path)) {
    throw new RegistryError(`The database ${path} cannot be written.`, 'Make the file and its folder writable.');
  }
}

/** A file without write permission for anybody is meant to stay as it is, even where the superuser could write it. */
function isWritable(path: string): boolean {
  if ((statSync(path).mode & 0o222) === 0) return false;
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    // Only says that access is denied; the caller says so in full.
    return false;
  }
}

/** Looks before anything is written: whose file is it, and is it newer than this program? */
function checkIdentity(database: SqliteFile, path: string): void {
  // One view: another process may be making the file at this moment.
  const { owner, objects } = inView(database, () => ({
    owner: database.pragma('application_id', { simple: true }),
    objects: database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(),
  }));
  if (owner !== applicationId && objects !== 0) {
    throw new RegistryError(`The database ${path} belongs to another program.`, anotherFile);
  }
  refuseNewer(database, path, readMigrations().length);
}

function refuseNewer(database: SqliteFile, path: string, known: number): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > known) {
    throw new RegistryError(
      `The database ${path} was written by a newer version of the calculator (schema ${version}, this one knows ${known}).`,
      'Nothing was changed. Update the calculator, or set DATABASE_URL to another file.',
    );
  }
  return version;
}

/** Several processes may start on one new file: the first one migrates, the others find it done. */
function migrate(database: SqliteFile, path: string): void {
  const migrations = readMigrations();
  if (database.pragma('user_version', { simple: true }) === migrations.length) return;
  inTransaction(database, () => {
    const version = refuseNewer(database, path, migrations.length);
    for (const { statements } of migrations.slice(version)) {
      for (const statement of statements) database.exec(statement);
    }
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${migrations.length}`);
  });
}

function checkIntegrity(database: SqliteFile, path: string): void {
  const finding = database.pragma('quick_check(1)', { simple: true });
  if (finding !== 'ok') throw new RegistryError(`The database ${path} is damaged: ${finding}.`, anotherFile);
}
