import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApiKeys } from '../../src/registry/apiKeys.ts';
import { openStorage } from '../../src/registry/storage/open.ts';
import { firstKeyLine } from '../../src/server/firstKey.ts';
import { spawnProject, startServer, temporaryFolder } from './serverProcess.ts';

const retire = 'mutation { hardwareRetire(id: "T4", dryRun: true) { __typename ... on Error { message } } }';

async function mutate(origin: string, key: string): Promise<string> {
  return (await answerTo(origin, key)).__typename;
}

async function answerTo(origin: string, key: string): Promise<{ __typename: string; message?: string }> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: retire }),
  });
  const { data } = (await response.json()) as {
    data: { hardwareRetire: { __typename: string; message?: string } };
  };
  return data.hardwareRetire;
}

describe('keys', () => {
  // Two servers and four commands, one after the other: minutes on a busy machine.
  test('the first start leaves one that writes beside its database; no start, list or log shows it', {
    timeout: 120_000,
  }, async () => {
    const environment = { DATABASE_URL: join(temporaryFolder(), 'c.db') };
    const runKey = (...words: string[]) => spawnProject('src/commands/key.ts', { words, environment }).ended;

    const server = await startServer(environment);
    const first = await server.firstKey();
    expect(await mutate(server.origin, first)).toBe('HardwareRetirePayload');

    const { stdout } = await runKey('create', 'ci', '--scope', 'write:hardware', '--expires', '90d');
    const made = stdout.trim();
    expect(await mutate(server.origin, made)).toBe('HardwareRetirePayload');
    const list = await runKey('list');
    expect(list.stdout).toMatch(/^first\twrite\tcreated \S+\tlast used \S+\nci\twrite:hardware\tcreated.*\texpires 20/);

    expect(await runKey('revoke', 'ci')).toMatchObject({ code: 0, stdout: 'ci is revoked.\n' });
    expect(await mutate(server.origin, made)).toBe('NotAuthorizedError');

    const ended = await server.stop();
    const again = await (await startServer(environment)).stop();
    const said = [ended.stdout, ended.stderr, list.stdout, again.stdout, again.stderr].join('\n');
    expect(said).not.toContain('llmc_');
    expect(readFileSync(`${environment.DATABASE_URL}.first-key`, 'utf8')).toBe(`${first}\n`);
  });

  test('one that has expired is refused by a running server, which says no more', async () => {
    const environment = { DATABASE_URL: join(temporaryFolder(), 'c.db') };
    const server = await startServer(environment);
    const storage = await openStorage(environment.DATABASE_URL);
    const lastWeek = Date.now() - 7 * 24 * 3_600_000;
    const key = await new ApiKeys(storage.keys, () => lastWeek).create('ci', ['write'], '6d');
    await storage.close();
    expect(await answerTo(server.origin, key)).toEqual({
      __typename: 'NotAuthorizedError',
      message:
        'The API key has expired. Send `Authorization: Bearer <key>` with a key of the scope write or write:hardware.',
    });
    const list = await spawnProject('src/commands/key.ts', { words: ['list'], environment }).ended;
    expect(list.stdout).toMatch(/^ci\twrite\tcreated \S+\tnever used\texpired \S+$/m);
    await server.stop();
  });

  test('a mistake is one line and no key', async () => {
    const environment = { DATABASE_URL: join(temporaryFolder(), 'c.db') };
    const runKey = (...words: string[]) => spawnProject('src/commands/key.ts', { words, environment }).ended;
    expect(await runKey('revoke', 'nobody')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'error: There is no key in use called "nobody".\n',
    });
    expect(await runKey('create', 'ci', '--scope', 'read')).toMatchObject({ code: 2, stdout: '' });
    expect(await runKey('create', 'ci', '--expires', 'soon')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: "soon" is no time to expire at: say 12h, 90d, or .*\n$/),
    });
  });
});

describe('the line of the first key', () => {
  const key = 'llmc_secret';
  const place = () => join(temporaryFolder(), 'c.db');

  test('shows it in a terminal, and where the database is in memory', () => {
    const databaseUrl = place();
    for (const destination of [
      { databaseUrl, terminal: true },
      { databaseUrl: ':memory:', terminal: false },
    ]) {
      expect(firstKeyLine(key, destination)).toMatch(/shown only this once .*: llmc_secret$/);
    }
    expect(() => statSync(`${databaseUrl}.first-key`)).toThrow('ENOENT');
  });

  test('names a file elsewhere, which only its owner may read', () => {
    const databaseUrl = place();
    const line = firstKeyLine(key, { databaseUrl, terminal: false });
    expect(line).toContain(`in ${databaseUrl}.first-key; read it and delete the file`);
    expect(line).not.toContain(key);
    expect(readFileSync(`${databaseUrl}.first-key`, 'utf8')).toBe(`${key}\n`);
    expect(statSync(`${databaseUrl}.first-key`).mode & 0o777).toBe(0o600);
  });

  test('says what to do where a file is in the way, and leaves that file alone', () => {
    const databaseUrl = place();
    writeFileSync(`${databaseUrl}.first-key`, 'mine');
    const line = firstKeyLine(key, { databaseUrl, terminal: false });
    expect(line).toMatch(/first-key \(EEXIST\) and is lost: make one with npm run key -- create NAME$/);
    expect(line).not.toContain(key);
    expect(readFileSync(`${databaseUrl}.first-key`, 'utf8')).toBe('mine');
  });
});
