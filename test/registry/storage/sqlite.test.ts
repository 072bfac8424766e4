import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { openStorage } from '../../../src/registry/storage/open.ts';
import { temporaryFolder } from '../packs/smallPack.ts';
import { storageContract } from './contract.ts';

storageContract(() => {
  const path = join(temporaryFolder(), 'c.db');
  return () => openStorage(path);
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
