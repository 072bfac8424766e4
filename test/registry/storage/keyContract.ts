import { describe, expect, test } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { type Open, small, two } from './openedStorage.ts';

/** What every storage must do with keys. @param place a new and empty database */
export function keyContract(place: () => Open): void {
  describe('a key', () => {
    test('lets its name write, and notes its last use', async () => {
      const { keys } = await small(place());
      const key = await keys.create('ci');
      expect(await keys.list()).toMatchObject([{ name: 'ci', scopes: ['write'], lastUsedAt: null, revokedAt: null }]);
      expect(await keys.authorize(`Bearer ${key}`, 'hardware')).toEqual({ actor: 'ci' });
      expect(await keys.authorize(`bearer   ${key}`, 'offer')).toEqual({ actor: 'ci' });
      expect((await keys.list())[0]?.lastUsedAt).toMatch(/^\d{4}-.*Z$/);
    });

    test.each([
      [null, 'missing'],
      ['', 'missing'],
      ['Basic abc', 'missing'],
      ['Bearer', 'missing'],
      ['Bearer llmc_nobody', 'unknown'],
    ])('is asked for: %s is %s', async (header, refused) => {
      const { keys } = await small(place());
      await keys.create('ci');
      expect(await keys.authorize(header, 'hardware')).toEqual({ refused });
    });

    test('of one kind writes that kind alone', async () => {
      const { keys } = await small(place());
      const header = `Bearer ${await keys.create('prices', ['write:offer', 'write:hardware'])}`;
      expect(await keys.authorize(header, 'offer')).toEqual({ actor: 'prices' });
      expect(await keys.authorize(header, 'model')).toEqual({ refused: 'scope' });
    });

    test('that is revoked stops working in every process, and its name is not given again', async () => {
      const [{ keys }, { keys: other }] = await two(place());
      const key = await keys.create('ci');
      expect(await other.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
      await keys.revoke('ci');
      expect(await other.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'revoked' });
      await expect(keys.create('ci')).rejects.toThrow('There is, or was, a key called "ci"');
      await expect(keys.revoke('ci')).rejects.toThrow('no key in use called "ci"');
    });

    test('that has expired stops working, in every process, the moment it does', async () => {
      const [{ keys: withoutEnd, storage: one }, { storage: other }] = await two(place());
      let now = Date.parse('2026-11-24T12:00:00Z');
      const keys = new ApiKeys(one.keys, () => now);
      const elsewhere = new ApiKeys(other.keys, () => now);
      const key = await keys.create('ci', ['write'], '90d');
      const expiresAt = '2027-02-22T12:00:00.000Z';
      expect(await withoutEnd.list()).toMatchObject([{ name: 'ci', expiresAt, revokedAt: null }]);
      now = Date.parse(expiresAt) - 1;
      expect(await elsewhere.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
      now += 1;
      expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'expired' });
      expect(await elsewhere.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'expired' });
      await expect(keys.create('ci')).rejects.toThrow('There is, or was, a key called "ci"');
      await keys.revoke('ci');
      expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'revoked' });
    });

    test.each([
      ['', ['write']],
      ['two\nlines', ['write']],
      ['ok', ['read']],
      ['ok', []],
    ])('is not made with the name %j and the scopes %j', async (name, scopes) => {
      const { keys } = await small(place());
      await expect(keys.create(name, scopes)).rejects.toThrow(/is not a/);
      expect(await keys.list()).toEqual([]);
    });
  });

  describe('the first key', () => {
    test('is made once, also when all keys are revoked', async () => {
      const [{ keys }, { keys: other }] = await two(place());
      const first = await keys.createFirst();
      expect(await keys.authorize(`Bearer ${first}`, 'model')).toEqual({ actor: 'first' });
      expect(await other.createFirst()).toBeNull();
      await keys.revoke('first');
      expect(await keys.createFirst()).toBeNull();
    });
  });
}
