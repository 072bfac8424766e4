import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../server/serverProcess.ts';
import { buildImage, type Image } from './dockerSteps.ts';

const repository = join(import.meta.dirname, '../..');
let image: Image;

// Docker is not everywhere: its steps are done in a folder, with packages from here instead of from the registry.
describe.skipIf(process.platform === 'win32')('an image of the Dockerfile', () => {
  let container: ChildProcess;
  let origin: string;
  let filesBefore: string[];

  beforeAll(async () => {
    image = buildImage(repository, join(temporaryFolder(), 'root'));
    filesBefore = appFiles();
    container = run(image.command, { PORT: '0', SHUTDOWN_DELAY: '0' });
    origin = await originOf(container);
  });

  afterAll(() => container?.kill('SIGKILL'));

  test('has the pinned Node, and copies what is not ignored', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(image.from).toBe(`node:${optionalDependencies.node}-slim`);
    const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8').trim().split('\n');
    expect(ignored.sort()).toEqual(['*', ...image.copied.map((path) => `!${path}`)].sort());
  });

  test('holds what a server needs and not what developing needs', () => {
    const packages = readdirSync(image.inImage('/app/node_modules'));
    expect(packages).toContain('graphql-yoga');
    for (const name of ['vitest', 'typescript', '@biomejs', 'playwright-core', 'node'])
      expect(packages).not.toContain(name);
  });

  test('is run by somebody who is not root, with its data on a volume', () => {
    expect(image.user).toBe('node');
    expect(image.volumes).toEqual(['/data']);
    expect(existsSync(image.inImage('/data/calculator.db'))).toBe(true);
  });

  test('answers', async () => {
    const reply = await fetch(`${origin}/graphql?query={estimate{summary}}`);
    expect(await reply.json()).toMatchObject({
      data: { estimate: { summary: expect.stringContaining('1,000 tokens') } },
    });
    const page = await fetch(`${origin}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
  });

  test('writes beside its data only into the cache of compiled code', () => {
    expect(appFiles()).toEqual(filesBefore);
  });

  test('has a health check that tells, and ends with 0 when it is stopped', async () => {
    const { port } = new URL(origin);
    expect(await exitCode(run(image.healthcheck, { PORT: port }))).toBe(0);
    container.kill('SIGTERM');
    expect(await exitCode(container)).toBe(0);
    expect(await exitCode(run(image.healthcheck, { PORT: port }))).toBe(1);
  });
});

/** As Docker does: no shell between. The image's `node` is this one. */
function run([program = '', ...words]: readonly string[], more: Record<string, string>): ChildProcess {
  expect(program).toBe('node');
  return spawn(process.execPath, words, {
    cwd: image.inImage(image.workdir),
    env: { ...image.environment, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function originOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no output');
  for await (const line of createInterface(stdout)) {
    const port = /http:\/\/\S+:(\d+)\/graphql/.exec(line)?.[1];
    if (port === undefined) continue;
    stdout.resume();
    return `http://127.0.0.1:${port}`;
  }
  throw new Error('the server ended before it listened');
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  return child.exitCode ?? (await once(child, 'exit'))[0];
}

function appFiles(): string[] {
  const all = readdirSync(image.inImage('/app'), { recursive: true }).map(String);
  return all.filter((path) => !path.startsWith('node_modules/.cache')).sort();
}
