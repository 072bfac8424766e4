import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiKeyError, ApiKeys } from '../../src/registry/apiKeys.ts';
import { openStorage } from '../../src/registry/storage/open.ts';

const noon = Date.parse('2026-11-24T12:00:00Z');

async function keysAtNoon(): Promise<ApiKeys> {
  const storage = await openStorage(':memory:');
  onTestFinished(() => storage.close());
  return new ApiKeys(storage.keys, () => noon);
}

describe('a key expires', () => {
  test.each([
    { said: '12h', at: '2026-11-25T00:00:00.000Z' },
    { said: '90d', at: '2027-02-22T12:00:00.000Z' },
    { said: '3653d', at: '2036-11-24T12:00:00.000Z' },
    { said: '2027-03-01', at: '2027-03-01T00:00:00.000Z' },
    { said: '2027-03-01T12:00:00+02:00', at: '2027-03-01T10:00:00.000Z' },
  ])('at $at when made with $said', async ({ said, at }) => {
    const keys = await keysAtNoon();
    await keys.create('ci', ['write'], said);
    expect(await keys.list()).toMatchObject([{ expiresAt: at }]);
  });

  test('never, where nothing is said', async () => {
    const keys = await keysAtNoon();
    await keys.create('ci');
    await keys.createFirst();
    expect(await keys.list()).toMatchObject([{ expiresAt: null }]);
  });
});

describe('no key is made that would expire', () => {
  test.each([
    { said: '', why: 'no time to expire at' },
    { said: 'soon', why: 'no time to expire at' },
    { said: '90', why: 'no time to expire at' },
    { said: '-1d', why: 'no time to expire at' },
    { said: '1.5d', why: 'no time to expire at' },
    { said: '2027-02-30', why: 'no time to expire at' },
    { said: '2027-03-01T12:00:00', why: 'no time to expire at' },
    { said: '0h', why: 'not in the future' },
    { said: '2026-11-24', why: 'not in the future' },
    { said: '2026-11-24T12:00:00Z', why: 'not in the future' },
    { said: '3654d', why: 'more than ten years' },
    { said: '999999d', why: 'more than ten years' },
    { said: '2036-11-25', why: 'more than ten years' },
  ])('at $said: $why', async ({ said, why }) => {
    const keys = await keysAtNoon();
    await expect(keys.create('ci', ['write'], said)).rejects.toThrow(ApiKeyError);
    await expect(keys.create('ci', ['write'], said)).rejects.toThrow(`${JSON.stringify(said)} is ${why}`);
    expect(await keys.list()).toEqual([]);
  });

  test('at whatever else is said: one line', async () => {
    const keys = await keysAtNoon();
    await fc.assert(
      fc.asyncProperty(
        fc.string().filter((said) => !/^\d+[hd]$/.test(said)),
        async (said) => {
          const message = await keys.create('ci', ['write'], said).then(() => '', String);
          expect(message).toMatch(
            /^ApiKeyError: ".*" is (no time to expire at|not in the future|more than ten years).*$/,
          );
        },
      ),
    );
  });
});
