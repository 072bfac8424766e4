import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';

const stream = { accept: 'text/event-stream' };
const subscription = `/graphql?query=${encodeURIComponent('subscription { catalogueChanged { changes { id } } }')}`;
const question = '/graphql?query={__typename}';

test('a server that stops answers everything as before, but at /ready, and closes each connection with the answer', async () => {
  const server = await start({ SHUTDOWN_DELAY: '60' });
  const { headers } = await get(server, question);
  const early = await get(server, subscription, stream);
  const ended = server.stop();
  // As from a terminal or a supervisor that signals the whole group: once directly, once passed on.
  server.child.kill('SIGINT');
  while ((await get(server, '/ready')).statusCode === 200) await wait(10);

  const asked: [path: string, status: number, headers?: Record<string, string>][] = [
    [question, 200],
    [question, 304, { 'if-none-match': String(headers.etag) }],
    [subscription, 200, stream],
    ['/graphql?query={nothing}', 200],
    ['/graphql?query={', 400, { accept: 'application/graphql-response+json' }],
    ['/graphql', 200, { accept: 'text/html' }],
    ['/', 302],
    ['/nowhere', 404],
    ['/health', 200],
    ['/ready', 503],
    ['/metrics', 200],
    ['/health', 421, { host: 'rebound.example' }],
  ];
  for (const [path, status, more] of asked) {
    const answer = await get(server, path, more);
    expect([path, answer.statusCode, answer.headers.connection]).toEqual([path, status, 'close']);
  }
  const posted = await fetch(`${server.origin}/graphql`, { method: 'POST', body: '{}' });
  expect([posted.status, posted.headers.get('connection')]).toEqual([415, 'close']);

  // A second signal waits neither for the rest of the minute nor for listeners.
  await wait(350);
  server.child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(early.readableAborted || early.complete).toBe(true);
});

test('a server that stops closes idle connections, and those of listeners with their last event', async () => {
  const server = await start({ SHUTDOWN_DELAY: '0.2' });
  const [idle, listener] = [await connected(server), await connected(server)];
  const heard = await once(send(idle, '/health'), 'data');
  expect(String(heard)).toContain('Connection: keep-alive');
  await once(send(listener, subscription, 'Accept: text/event-stream\r\n'), 'data');
  const closed = Promise.all([once(idle, 'close'), once(listener, 'close')]);
  let last = '';
  listener.on('data', (chunk) => {
    last += chunk;
  });

  const began = performance.now();
  const ended = server.stop();
  await closed;
  // Connections that are not closed are cut after eight seconds.
  expect(performance.now() - began).toBeLessThan(6_000);
  expect(last).toContain('event: complete');
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
});

function start(environment: Readonly<Record<string, string>>): Promise<RunningServer> {
  const databaseUrl = join(temporaryFolder(), 'calculator.db');
  copyFileSync(inject('seededDatabase'), databaseUrl);
  return startServer({ DATABASE_URL: databaseUrl, ...environment });
}

/** Asks on a connection that the client would keep; the body, which may have no end, is left to flow. */
function get({ origin }: RunningServer, path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}${path}`, { agent: new Agent({ keepAlive: true }), headers }, (response) => {
      // What it is cut off from at the end is no failure.
      response.once('error', () => undefined).resume();
      resolve(response);
    });
    asked.once('error', reject).end();
  });
}

async function connected({ origin }: RunningServer): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

function send(socket: Socket, path: string, headers = ''): Socket {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  return socket;
}
