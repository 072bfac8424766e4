import { closeSync, copyFileSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { listen } from './eventStream.ts';
import { createModel } from './mutationLoad.ts';
import { type RunningServer, startServer, temporaryFolder } from './serverProcess.ts';

const databaseUrl = join(temporaryFolder(), 'calculator.db');
let server: RunningServer;
let key: string;

beforeAll(async () => {
  copyFileSync(inject('seededDatabase'), databaseUrl);
  server = await startServer({ DATABASE_URL: databaseUrl });
  key = await server.firstKey();
});

afterAll(() => server?.stop());

async function readiness(): Promise<[number, unknown]> {
  const response = await fetch(`${server.origin}/ready`);
  return [response.status, await response.json()];
}

test('while another program writes, questions are answered at once; a change waits five seconds, then it is refused', async () => {
  const holder = new Database(databaseUrl);
  holder.exec('BEGIN IMMEDIATE');
  const refused = createModel(server.origin, key, 'refused', 'refused');
  let isRefused = false;
  void refused.then(() => {
    isRefused = true;
  });
  await wait(2000);
  const waiting = createModel(server.origin, key, 'waiting', 'waiting');
  const reads: (() => Promise<unknown>)[] = [
    () => server.ask('{ estimate { summary } }'),
    () => server.ask('{ models(first: 5) { nodes { id } } }'),
    () => server.ask('{ changes(first: 5) { nodes { id } totalCount } }'),
    async () => (await fetch(`${server.origin}/health`)).json(),
    async () => (await fetch(`${server.origin}/ready`)).json(),
  ];
  let slowestMs = 0;
  const answers = new Set<string>();
  while (!isRefused) {
    for (const read of reads) {
      const began = performance.now();
      answers.add(JSON.stringify(await read()));
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
    await wait(20);
  }
  expect(slowestMs).toBeLessThan(500);
  // Always the same five.
  expect(answers.size).toBe(5);
  expect([...answers].filter((answer) => answer.includes('errors'))).toEqual([]);
  expect(answers).toContain('{"status":"ready"}');
  expect(await refused).toMatch(/"StorageError".*held by another process/);
  holder.exec('ROLLBACK');
  holder.close();
  expect(await waiting).toContain('ModelCreatePayload');
  expect(
    await server.ask('{ refused: model(id: "refused") { id } waiting: model(id: "waiting") { id } }'),
  ).toMatchObject({
    data: { refused: null, waiting: { id: 'waiting' } },
  });
});

test('a file that was replaced takes no change, and the server is not ready, until it is back', async () => {
  renameSync(databaseUrl, `${databaseUrl}.away`);
  copyFileSync(inject('seededDatabase'), databaseUrl);
  const answer = await createModel(server.origin, key, 'into-nowhere', 'into-nowhere');
  expect(answer).toMatch(/"StorageError".*was deleted, moved or replaced while in use/);
  expect(answer).not.toContain(databaseUrl);
  // What was found a moment ago holds for a second.
  await wait(1100);
  expect(await readiness()).toEqual([503, { status: 'the database was deleted, moved or replaced while in use' }]);
  renameSync(`${databaseUrl}.away`, databaseUrl);
  expect(await createModel(server.origin, key, 'back', 'back')).toContain('ModelCreatePayload');
});

test('damage that is met is an error with a code and a line in the log; what is in memory is still answered', async () => {
  const holder = new Database(databaseUrl);
  holder.pragma('wal_checkpoint(TRUNCATE)');
  holder.close();
  const file = openSync(databaseUrl, 'r+');
  const { size } = statSync(databaseUrl);
  writeSync(file, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
  closeSync(file);
  const code = expect.arrayContaining([expect.objectContaining({ extensions: { code: 'STORAGE' } })]);
  expect(await server.ask('{ changes(first: 100, kind: HARDWARE) { nodes { id before } totalCount } }')).toMatchObject({
    errors: code,
  });
  expect(await server.ask('{ model(id: "gpt-4") { history { totalCount nodes { id } } } }')).toMatchObject({
    errors: code,
  });
  const listening = await listen(server.origin, 'subscription { catalogueChanged { catalogueRevision } }');
  expect(await listening.until(/errors.*\n/)).toContain('"extensions":{"code":"STORAGE"}');
  await listening.stop();
  expect(await createModel(server.origin, key, 'damaged', 'damaged')).toContain('"StorageError"');
  expect(await server.ask('{ estimate { summary } }')).not.toHaveProperty('errors');
  await wait(1100);
  expect(await readiness()).toEqual([503, { status: 'the database is damaged' }]);
  const { stderr } = await server.stop();
  expect(stderr.split('\n').slice(0, -1)).toEqual([
    expect.stringContaining(`The database ${databaseUrl} is held by another process. (SQLITE_BUSY`),
    `The database ${databaseUrl} was deleted, moved or replaced while in use.`,
    expect.stringContaining(`The database ${databaseUrl} is damaged. (SQLITE_CORRUPT`),
  ]);
});
