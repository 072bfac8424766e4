import { chmodSync, closeSync, copyFileSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { beforeAll, expect, test } from 'vitest';
import { expectConsistent } from '../registry/storage/consistency.ts';
import { type Acknowledged, createModel, missingFrom, startLoad } from './mutationLoad.ts';
import { type Ended, type RunningServer, spawnProject, startServer, temporaryFolder } from './serverProcess.ts';

/** Several starts of real servers, one after the other: minutes on a busy machine. */
const timeout = 240_000;

const folder = temporaryFolder();
const databaseUrl = join(folder, 'calculator.db');
const environment = { DATABASE_URL: databaseUrl };
/** Everything that any server has acknowledged in this file. */
const acknowledged: Acknowledged[] = [];
let key: string;

beforeAll(async () => {
  const server = await startServer(environment);
  key = await server.firstKey();
  await server.stop();
}, timeout);

async function expectNothingLost(server: RunningServer, among: readonly Acknowledged[] = acknowledged): Promise<void> {
  expect(await missingFrom(server.origin, among)).toEqual([]);
  // A client that never saw the answer asks again, and is told what it would have been told.
  for (const { id, idempotencyKey, answer } of among.filter((_, index) => index % 10 === 0)) {
    expect(await createModel(server.origin, key, id, idempotencyKey)).toBe(answer);
  }
}

test('two servers on one file are killed at random moments of a load of mutations', { timeout }, async () => {
  for (let round = 0; round < 2; round++) {
    const servers = [await startServer(environment), await startServer(environment)];
    if (round > 0) for (const server of servers) await expectNothingLost(server);
    const load = startLoad(servers, key, 3);
    while (load.acknowledged.length < 30) await wait(5);
    for (const { child, ended } of servers) {
      await wait(Math.random() * 300);
      child.kill('SIGKILL');
      await ended;
    }
    await load.ended;
    expect(load.refused).toEqual([]);
    acknowledged.push(...load.acknowledged);
  }
  const server = await startServer(environment);
  await expectNothingLost(server);
  await server.stop();
  expect(acknowledged.length).toBeGreaterThan(60);
  expectConsistent(databaseUrl);
});

/**
 * A disk that is full, as far as a process can make itself one without rights: the limit on the size of files it may
 * write (RLIMIT_FSIZE). The write fails in the middle of a transaction, as it does on a full disk.
 */
test('a disk without room refuses mutations, answers questions, and loses nothing', { timeout }, async () => {
  const limited = join(folder, 'limited.db');
  copyFileSync(databaseUrl, limited);
  // In units of 1,024 bytes: the file as it is, and a log beside it that reaches the limit after some hundred changes.
  const limit = Math.ceil(statSync(limited).size / 1024) + 64;
  const server = await startServer({ DATABASE_URL: limited }, ['bash', '-c', `ulimit -f ${limit}; exec "$0" "$@"`]);
  const load = startLoad([server], key, 4);
  await load.ended;
  expect(load.refused[0]).toMatch(/"__typename":"StorageError","message":"The database cannot .*","code":"STORAGE"/);
  expect(load.refused[0]).not.toContain(limited);
  expect((await fetch(`${server.origin}/ready`)).status).toBe(503);
  expect(load.acknowledged.length).toBeGreaterThan(10);
  const all = [...acknowledged, ...load.acknowledged];
  expect(await missingFrom(server.origin, all)).toEqual([]);
  await server.stop();

  const roomy = await startServer({ DATABASE_URL: limited });
  await expectNothingLost(roomy, all);
  expect(await createModel(roomy.origin, key, 'after-the-flood', 'after')).toContain('ModelCreatePayload');
  await roomy.stop();
  expectConsistent(limited);
});

test('an online copy holds everything acknowledged before it began, and starts', { timeout }, async () => {
  const server = await startServer(environment);
  const load = startLoad([server], key, 2);
  while (load.acknowledged.length < 50) await wait(5);
  const before = load.acknowledged.slice();
  const copy = join(folder, 'copy.db');
  const run = (file: string) => spawnProject('src/commands/backup.ts', { words: [file], environment }).ended;
  const ended = await run(copy);
  const during = load.acknowledged.length;
  await load.stop();
  await server.stop();
  expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Copied \d+ profiles/) });
  expect(during).toBeGreaterThan(before.length);

  expectConsistent(copy);
  const restored = await startServer({ DATABASE_URL: copy });
  await expectNothingLost(restored, [...acknowledged, ...before]);
  await restored.stop();

  expect(await run(copy)).toMatchObject({
    code: 1,
    stderr: `error: ${copy} exists already. Nothing was changed. Choose another name for the copy.\n`,
  });
  expect(await run(join(folder, 'no', 'copy.db'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('folder'),
  });
});

const refusal = async (file: string): Promise<Ended> =>
  spawnProject('src/server.ts', { environment: { PORT: '0', DATABASE_URL: file } }).ended;

test.each<[string, string, (file: string) => void]>([
  ['a read-only file', 'cannot be written', (file) => chmodSync(file, 0o444)],
  [
    'a newer database',
    'written by a newer version',
    (file) => {
      const database = new Database(file);
      database.pragma('user_version = 1000');
      database.close();
    },
  ],
  ['a flipped page', 'is damaged', (file) => flipPage(file, 3)],
])('%s is refused in one clear line and left as it was', { timeout }, async (name, words, damage) => {
  const file = join(folder, `${name.replaceAll(' ', '-')}.db`);
  copyFileSync(databaseUrl, file);
  damage(file);
  const bytes = readFileSync(file);
  const { code, stdout, stderr } = await refusal(file);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain(words);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

/** Inverts every bit of a page. */
function flipPage(path: string, page: number): void {
  const size = 4096;
  const bytes = readFileSync(path).subarray((page - 1) * size, page * size);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes.map((byte) => byte ^ 0xff)), 0, size, (page - 1) * size);
  closeSync(file);
}
