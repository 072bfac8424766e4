import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { ApiKeys } from '../../../src/registry/storage/apiKeys.ts';
import { openDatabase } from '../../../src/registry/storage/database.ts';
import { temporaryFolder } from '../packs/smallPack.ts';

function fresh() {
  const path = join(temporaryFolder(), 'keys.db');
  const database = openDatabase(path);
  return { path, database, keys: new ApiKeys(database) };
}

describe('a key', () => {
  test('has 256 random bits, and is nowhere in the file', () => {
    const { path, database, keys } = fresh();
    const key = keys.create('ci');
    expect(key).toMatch(/^llmc_[\w-]{43}$/);
    expect(keys.create('ci 2')).not.toBe(key);
    database.close();
    const bytes = readFileSync(path);
    expect(bytes.includes('llmc_')).toBe(false);
    expect(bytes.includes(Buffer.from(key.slice(5), 'base64url'))).toBe(false);
  });

  test('lets its name write, and notes its last use', () => {
    const { keys } = fresh();
    const key = keys.create('ci');
    expect(keys.list()).toMatchObject([{ name: 'ci', scopes: ['write'], lastUsedAt: null, revokedAt: null }]);
    expect(keys.authorize(`Bearer ${key}`, 'hardware')).toEqual({ actor: 'ci' });
    expect(keys.authorize(`bearer   ${key}`, 'offer')).toEqual({ actor: 'ci' });
    expect(keys.list()[0]?.lastUsedAt).toMatch(/^\d{4}-.*Z$/);
  });

  test.each([
    [null, 'missing'],
    ['', 'missing'],
    ['Basic abc', 'missing'],
    ['Bearer', 'missing'],
    ['Bearer llmc_nobody', 'unknown'],
  ])('is asked for: %s is %s', (header, refused) => {
    const { keys } = fresh();
    keys.create('ci');
    expect(keys.authorize(header, 'hardware')).toEqual({ refused });
  });

  test('of one kind writes that kind alone', () => {
    const { keys } = fresh();
    const header = `Bearer ${keys.create('prices', ['write:offer', 'write:hardware'])}`;
    expect(keys.authorize(header, 'offer')).toEqual({ actor: 'prices' });
    expect(keys.authorize(header, 'model')).toEqual({ refused: 'scope' });
  });

  test('that is revoked stops working in every process, and its name is not given again', () => {
    const { path, keys } = fresh();
    const key = keys.create('ci');
    const other = new ApiKeys(openDatabase(path));
    expect(other.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
    keys.revoke('ci');
    expect(other.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'revoked' });
    expect(() => keys.create('ci')).toThrow('There is, or was, a key called "ci"');
    expect(() => keys.revoke('ci')).toThrow('no key in use called "ci"');
  });

  test.each([
    ['', ['write']],
    ['two\nlines', ['write']],
    ['ok', ['read']],
    ['ok', []],
  ])('is not made with the name %j and the scopes %j', (name, scopes) => {
    const { keys } = fresh();
    expect(() => keys.create(name, scopes)).toThrow(/is not a/);
    expect(keys.list()).toEqual([]);
  });
});

describe('the first key', () => {
  test('is made once, also when all keys are revoked', () => {
    const { path, keys } = fresh();
    const other = new ApiKeys(new Database(path));
    const first = keys.createFirst();
    expect(keys.authorize(`Bearer ${first}`, 'model')).toEqual({ actor: 'first' });
    expect(other.createFirst()).toBeNull();
    keys.revoke('first');
    expect(keys.createFirst()).toBeNull();
  });
});
