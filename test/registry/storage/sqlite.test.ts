import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { readMigrations } from '../../../src/registry/storage/migrations.ts';
import { openStorage } from '../../../src/registry/storage/open.ts';
import { openSmallRegistry, smallPack, temporaryFolder } from '../packs/smallPack.ts';
import { hostedModel } from '../profileFacts.ts';
import { storageContract } from './contract.ts';

storageContract(() => {
  const path = join(temporaryFolder(), 'c.db');
  return Object.assign(() => openStorage(path), { hold: () => holdWrites(path) });
});

/** Takes the lock of writers. */
function holdWrites(path: string): () => void {
  const holder = new Database(path);
  holder.exec('BEGIN IMMEDIATE');
  return () => holder.close();
}

test('a dry run answers while another process writes', async () => {
  const path = join(temporaryFolder(), 'c.db');
  const { write } = await openSmallRegistry(path, smallPack());
  onTestFinished(holdWrites(path));
  const request = { kind: 'model', actor: 'ann', id: 'gamma', facts: hostedModel('Gamma'), dryRun: true };
  expect(await write.create(request)).toMatchObject({ id: 'gamma', revision: 1 });
});

test('answers to creations are forgotten once their keys have expired, a few with each new one', async () => {
  const path = join(temporaryFolder(), 'c.db');
  const { write } = await openSmallRegistry(path, smallPack());
  const create = (id: string) =>
    write.create({ kind: 'model', actor: 'ann', id, facts: hostedModel('New'), idempotencyKey: id });
  for (let count = 0; count < 6; count++) await create(`old-${count}`);
  const file = new Database(path);
  onTestFinished(() => void file.close());
  file.exec("UPDATE idempotency_key SET at = '2020-01-01T00:00:00.000Z'");
  const kept = file.prepare('SELECT key FROM idempotency_key ORDER BY at, key').pluck();
  await create('new-0');
  expect(kept.all()).toEqual(['old-4', 'old-5', 'new-0']);
  await create('new-1');
  expect(kept.all()).toEqual(['new-0', 'new-1']);
});

test('a key has 256 random bits, and is nowhere in the file', async () => {
  const path = join(temporaryFolder(), 'keys.db');
  const storage = await openStorage(path);
  const keys = new ApiKeys(storage.keys);
  const key = await keys.create('ci');
  expect(key).toMatch(/^llmc_[\w-]{43}$/);
  expect(await keys.create('ci 2')).not.toBe(key);
  await storage.close();
  const bytes = readFileSync(path);
  expect(bytes.includes('llmc_')).toBe(false);
  expect(bytes.includes(Buffer.from(key.slice(5), 'base64url'))).toBe(false);
});

test('the keys of a database from before keys could expire go on writing', async () => {
  const path = join(temporaryFolder(), 'old.db');
  const before = readMigrations().findIndex(({ name }) => name === '0003_key-expiry');
  const old = new Database(path);
  for (const { statements } of readMigrations().slice(0, before)) for (const each of statements) old.exec(each);
  const hash = createHash('sha256').update('llmc_old').digest('hex');
  old
    .prepare(`INSERT INTO api_key (name, hash, scopes, created_at) VALUES ('ci', ?, '["write"]', '2026-01-01')`)
    .run(hash);
  old.pragma(`application_id = ${0x4c4c4d43}`);
  old.pragma(`user_version = ${before}`);
  old.close();

  const storage = await openStorage(path);
  const keys = new ApiKeys(storage.keys);
  expect(await keys.authorize('Bearer llmc_old', 'model')).toEqual({ actor: 'ci' });
  expect(await keys.list()).toMatchObject([{ name: 'ci', expiresAt: null }]);
  await storage.close();
});
