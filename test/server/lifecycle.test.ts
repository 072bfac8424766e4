import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openRegistry } from '../../src/registry/registry.ts';
import { type Ended, type RunningServer, spawnProject, startServer, temporaryFolder } from './serverProcess.ts';

const folder = temporaryFolder();
const databaseUrl = join(folder, 'new', 'calculator.db');
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl });
});

afterAll(() => server?.stop());

test('a first start makes its database, says where it is and what it holds, and answers the documented example', async () => {
  expect(server.announcement).toMatch(
    /^LLM Inference Calculator at http:\/\/127\.0\.0\.1:\d+\/graphql \(\d+ models, \d+ devices, ready in \d+\.\d s\)$/,
  );
  const { data, errors } = await server.ask('{ estimate { summary catalogueRevision } }');
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ estimate: { summary: expect.stringContaining('1,000 tokens') } });
});

test('a promise that fails with nobody waiting is logged and ends no server', async () => {
  const forget = encodeURIComponent("process.on('SIGUSR2', () => void Promise.reject(new Error('forgotten')))");
  const environment = { DATABASE_URL: ':memory:', NODE_OPTIONS: `--import data:text/javascript,${forget}` };
  const { child, origin, stop } = await startServer(environment);
  const logged = once(child.stderr ?? child, 'data');
  child.kill('SIGUSR2');
  expect(String((await logged)[0])).toContain('forgotten');
  expect((await fetch(`${origin}/graphql?query={__typename}`)).status).toBe(200);
  expect((await stop()).code).toBe(0);
});

test('a start says which packs stand over which, and which file stands for another', async () => {
  const facts = JSON.parse(readFileSync('seeds/models/gpt-4.json', 'utf8'));
  const packs = ['first', 'second'].map((name) => join(folder, name));
  for (const pack of packs) {
    mkdirSync(join(pack, 'models'), { recursive: true });
    writeFileSync(join(pack, 'models', 'gpt-4.json'), JSON.stringify({ ...facts, notes: [`As ${pack} has it.`] }));
  }
  const environment = { DATABASE_URL: join(folder, 'packs.db'), PROFILE_PACKS: packs.join(',') };
  const { stdout } = await (await startServer(environment)).stop();
  expect(stdout).toContain('Packs, each standing over those before it: seeds, pack first, pack second\n');
  expect(stdout).toMatch(
    /^model gpt-4: pack second \(.*gpt-4\.json\) stands for pack first \(.*\), because it comes later$/m,
  );
});

test('a start counts the profiles that were changed here and so hide what a pack says, and names the first', async () => {
  const databasePath = join(folder, 'changed.db');
  copyFileSync(inject('seededDatabase'), databasePath);
  const registry = await openRegistry({ databasePath });
  const facts = (known: object) => ({ ...known, notes: 'Ours.' });
  const ids = ['nvidia-a10-24gb', 'nvidia-a40-48gb', 'nvidia-l4-24gb', 'nvidia-l40-48gb', 'nvidia-l40s-48gb'];
  for (const id of [...ids, 'nvidia-t4-16gb']) {
    await registry.write.update({ kind: 'hardware', id, facts, actor: 'ann' });
  }
  await registry.write.update({ kind: 'hardware', id: 'nvidia-a2-16gb', facts, actor: 'ann' });
  await registry.write.restore({ kind: 'hardware', id: 'nvidia-a2-16gb', actor: 'ann' });
  await registry.close();

  const { stdout } = await (await startServer({ DATABASE_URL: databasePath })).stop();
  const named = ids.map((id) => `hardware ${id}`).join(', ');
  const line = `6 profiles were changed here and will not follow the packs until restored: ${named} and 1 more`;
  expect(stdout.split('\n').filter((each) => each.includes('changed here'))).toEqual([line]);
});

test('probes answer', async () => {
  expect(await (await fetch(`${server.origin}/health`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${server.origin}/ready`)).json()).toEqual({ status: 'ready' });
});

test.each([
  ['1.5', 'tokens: 1.5'],
  ['0', 'tokens: 0'],
  ['1e10', 'tokens: 10000000000'],
])('tokens: %s is refused over HTTP as INVALID_ARGUMENT', async (_, argument) => {
  const { errors } = await server.ask(`{ estimate(${argument}) { summary } }`);
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_ARGUMENT', argument: 'tokens' } }]);
});

test('introspection passes the request limits', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  const { errors } = await server.ask(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }));
  expect(errors).toBeUndefined();
});

test('SIGTERM ends a server with open keep-alive connections with code 0, and the database starts again', async () => {
  const own = await startServer({ DATABASE_URL: databaseUrl });
  await (await fetch(`${own.origin}/health`)).text();
  const { code, signal, stderr } = await own.stop();
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
});

test('a taken port is one clear line and code 1', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as AddressInfo;
  const ended = await endOf({ DATABASE_URL: databaseUrl, PORT: String(port) });
  blocker.close();
  expectOneLine(ended, `port ${port} on 127.0.0.1 is taken`);
});

test('a PORT that is none is one clear line and code 1', async () => {
  expectOneLine(await endOf({ DATABASE_URL: databaseUrl, PORT: 'web' }), 'PORT=web');
});

test('a file that is not a database is refused, and stays as it was', async () => {
  const file = join(folder, 'notes.db');
  const notes = 'These are my notes and not a database. '.repeat(100);
  writeFileSync(file, notes);
  expectOneLine(await endOf({ DATABASE_URL: file }), 'notes.db');
  expect(readFileSync(file, 'utf8')).toBe(notes);
});

test('a database in a place that cannot be written is one clear line and code 1', async () => {
  const occupied = join(folder, 'file-not-folder');
  writeFileSync(occupied, '');
  expectOneLine(await endOf({ DATABASE_URL: join(occupied, 'calculator.db') }), 'file-not-folder');
});

test('a truncated profile in a pack stops the start with its path, and loses nothing', async () => {
  const pack = join(folder, 'pack');
  mkdirSync(join(pack, 'hardware'), { recursive: true });
  writeFileSync(join(pack, 'hardware', 'my-card.json'), '{ "name": "My card", "memory": {');
  expectOneLine(await endOf({ DATABASE_URL: databaseUrl, PROFILE_PACKS: pack }), 'my-card.json');

  const again = await startServer({ DATABASE_URL: databaseUrl });
  expect(again.announcement.replace(/http.*graphql|ready.*/g, '')).toBe(
    server.announcement.replace(/http.*graphql|ready.*/g, ''),
  );
  await again.stop();
});

test('a pack that is not there stops the start with its path', async () => {
  const missing = join(folder, 'no-such-pack');
  expectOneLine(await endOf({ DATABASE_URL: databaseUrl, PROFILE_PACKS: missing }), 'no-such-pack');
});

function endOf(environment: Readonly<Record<string, string>>): Promise<Ended> {
  return spawnProject('src/server.ts', { environment: { PORT: '0', ...environment } }).ended;
}

function expectOneLine({ code, stdout, stderr }: Ended, part: string): void {
  expect(stderr).toContain(part);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
}
