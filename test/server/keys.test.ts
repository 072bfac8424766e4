import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spawnProject, startServer, temporaryFolder } from './serverProcess.ts';

const retire = 'mutation { hardwareRetire(id: "T4", dryRun: true) { __typename } }';

async function mutate(origin: string, key: string): Promise<string> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: retire }),
  });
  const { data } = (await response.json()) as { data: { hardwareRetire: { __typename: string } } };
  return data.hardwareRetire.__typename;
}

describe('keys', () => {
  // Two servers and four commands, one after the other: minutes on a busy machine.
  test('the first start prints one that writes; later starts, the list and the logs never show it', {
    timeout: 120_000,
  }, async () => {
    const environment = { DATABASE_URL: join(temporaryFolder(), 'c.db') };
    const runKey = (...words: string[]) => spawnProject('src/commands/key.ts', { words, environment }).ended;

    const server = await startServer(environment);
    const first = await server.firstKey();
    expect(await mutate(server.origin, first)).toBe('HardwareRetirePayload');

    const { stdout } = await runKey('create', 'ci', '--scope', 'write:hardware');
    const made = stdout.trim();
    expect(await mutate(server.origin, made)).toBe('HardwareRetirePayload');
    const list = await runKey('list');
    expect(list.stdout).toMatch(/^first\twrite\tcreated \S+\tlast used \S+\nci\twrite:hardware\tcreated/);

    expect(await runKey('revoke', 'ci')).toMatchObject({ code: 0, stdout: 'ci is revoked.\n' });
    expect(await mutate(server.origin, made)).toBe('NotAuthorizedError');

    const ended = await server.stop();
    expect(ended.stdout.split(first)).toHaveLength(2);
    const again = await (await startServer(environment)).stop();
    const said = [ended.stderr, list.stdout, again.stdout, again.stderr].join('\n');
    expect(said).not.toContain('llmc_');
    expect(ended.stdout + said).not.toContain(made);
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
  });
});
