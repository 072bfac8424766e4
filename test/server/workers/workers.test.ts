import { copyFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listen } from '../eventStream.ts';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';

const timeout = 120_000;

describe('two workers on one port', () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startWorkers({ LOG: 'json', TRUST_PROXY: '1', RATE_LIMIT: '300' });
  }, timeout);
  afterAll(() => server?.stop());

  test('say once where they are and what the first key is', () => {
    expect(server.stdout().match(/LLM Inference Calculator at/g)).toHaveLength(1);
    expect(server.stdout().match(/\.first-key/g)).toHaveLength(1);
  });

  test('share the allowance of a client', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 400; count++) statuses.push((await ask(server, '192.0.2.1')).status);
    const answered = statuses.filter((status) => status === 200).length;
    // Each learns in some milliseconds what the other has answered.
    expect(answered).toBeGreaterThanOrEqual(300);
    expect(answered).toBeLessThan(350);
    expect(statuses.slice(-20)).toEqual(Array(20).fill(429));
    expect((await ask(server, '192.0.2.2')).status).toBe(200);
  });

  test('share the subscriptions of a client, and take a place back when its listener leaves, however early', async () => {
    const { port } = new URL(server.origin);
    const path = `/graphql?query=${encodeURIComponent('subscription { catalogueChanged { changes { id } } }')}`;
    const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nX-Forwarded-For: 192.0.2.3\r\n\r\n`;
    for (let count = 0; count < 120; count++) {
      const socket = connect(Number(port), '127.0.0.1').setNoDelay();
      await new Promise((resolve) => socket.write(head, resolve));
      await wait(count % 6);
      socket.destroy();
    }

    const subscribe = () =>
      listen(server.origin, 'subscription { catalogueChanged { changes { id } } }', { 'x-forwarded-for': '192.0.2.3' });
    const held: Awaited<ReturnType<typeof listen>>[] = [];
    while (held.length < 20) {
      const stream = await subscribe();
      // Of listeners that have just left it hears in its own time.
      if (stream.response.status === 200) held.push(stream);
      else await stream.toEnd();
    }
    for (let count = 0; count < 4; count++) {
      const refused = await subscribe();
      expect(refused.response.status).toBe(503);
      expect(await refused.toEnd()).toContain('You hold 20 subscriptions');
    }
    await held[0]?.stop();
    // The server hears of it in its own time.
    let next = await subscribe();
    while (next.response.status === 503) {
      await next.toEnd();
      next = await subscribe();
    }
    await Promise.all([next, ...held.slice(1)].map((each) => each.stop()));
  });

  test('add their metrics up, and know one revision', async () => {
    const before = await metric(server, 'calculator_requests_total{operation="query",outcome="ok"}');
    for (let count = 0; count < 10; count++) await ask(server, '192.0.2.4');
    expect(await metric(server, 'calculator_requests_total{operation="query",outcome="ok"}')).toBe(before + 10);
    expect(await metric(server, 'calculator_catalogue_revision')).toBe(1);
    expect(await metric(server, 'process_resident_memory_bytes')).toBeGreaterThan(200e6);
  });

  test('write whole lines of log, however slowly they are read', async () => {
    const { stdout } = server.child;
    if (stdout === null) throw new Error('no stdout');
    stdout.pause();
    const path = `/${'x'.repeat(5_000)}`;
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => ask(server, `192.0.2.${10 + index}`, path)));
    }
    stdout.resume();
    const lines = () =>
      server
        .stdout()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.includes('xxxx'));
    while (lines().length < 800) await wait(10);
    for (const line of lines()) expect(JSON.parse(line)).toMatchObject({ status: 404 });
    expect(Math.max(...lines().map((line) => line.length))).toBeLessThan(4096);
  });

  test('replace one that dies, while the other answers, and forget nothing it counted', { timeout }, async () => {
    const counted = 'calculator_requests_total{operation="query",outcome="ok"}';
    const before = await metric(server, counted);
    const [victim] = workersOf(server);
    process.kill(victim ?? 0, 'SIGKILL');
    const replaced = /^worker (\d+) answers$/m;
    const asked: Promise<number>[] = [];
    while (!replaced.test(server.stdout())) {
      asked.push(
        ask(server, '192.0.2.5').then(
          ({ status }) => status,
          () => 0,
        ),
      );
      await wait(20);
    }
    const answered = (await Promise.all(asked)).filter((status) => status === 200).length;
    // Node takes back no connection that it was just handing to the dying worker: that client asks again.
    expect(asked.length - answered).toBeLessThanOrEqual(1);
    expect(answered).toBeGreaterThan(10);
    expect(await metric(server, counted)).toBe(before + answered);
    expect(replaced.exec(server.stdout())?.[1]).not.toBe(String(victim));
  });
});

test('a signal to the whole group drains all of them once; a second one waits for nobody', { timeout }, async () => {
  const server = await startWorkers({ SHUTDOWN_DELAY: '60' });
  const workers = workersOf(server);
  const stream = await listen(server.origin, 'subscription { catalogueChanged { changes { id } } }');
  for (const worker of workers) process.kill(worker, 'SIGTERM');
  const ended = server.stop();
  const ready = () => ask(server, '192.0.2.1', '/ready');
  while ((await ready()).status === 200) await wait(10);
  await wait(350);
  const answers = await Promise.all([ready(), ready(), ready(), ready()]);
  expect(answers).toEqual(Array(4).fill({ status: 503, connection: 'close' }));
  server.child.kill('SIGTERM');
  await stream.toEnd().catch(() => undefined);
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  for (const worker of workers) expect(isRunning(worker)).toBe(false);
});

test('workers end with the process that started them, however that ends', { timeout }, async () => {
  const server = await startWorkers({});
  const workers = workersOf(server);
  expect(workers.map(isRunning)).toEqual([true, true]);
  server.child.kill('SIGKILL');
  // The pipes close when the last process that holds them is gone.
  await server.ended;
  while (workers.some(isRunning)) await wait(10);
});

async function startWorkers(environment: Readonly<Record<string, string>>): Promise<RunningServer> {
  const databaseUrl = join(temporaryFolder(), 'calculator.db');
  copyFileSync(inject('seededDatabase'), databaseUrl);
  const server = await startServer({ DATABASE_URL: databaseUrl, WORKERS: '2', ...environment });
  while (workersOf(server).length === 0) {
    if (server.child.exitCode !== null) throw new Error((await server.ended).stderr);
    await wait(10);
  }
  return server;
}

function workersOf(server: RunningServer): number[] {
  const pids = /^2 workers answer: (\d+), (\d+)$/m.exec(server.stdout())?.slice(1) ?? [];
  return pids.map(Number);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks on a connection of its own: those are handed to the workers in turn. */
function ask(
  { origin }: RunningServer,
  client: string,
  path = '/graphql?query={__typename}',
): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asked = request(
      `${origin}${path}`,
      { agent, timeout: 3_000, headers: { 'x-forwarded-for': client } },
      (response) => {
        response.resume().once('end', () => {
          agent.destroy();
          resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
        });
      },
    );
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', reject).end();
  });
}

async function metric({ origin }: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}
