import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';
import { attacked, underAttack } from './underAttack.ts';

// What can be done with bytes on a connection and values in a request, beyond what GraphQL's words can.
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    DATABASE_URL: `${temporaryFolder()}/calculator.db`,
    ...attacked,
  });
  for (let index = 0; index < 20; index++) await ask({ query: '{ estimate { summary } models { nodes { id } } }' });
});

afterAll(async () => {
  // Nothing a client sends or leaves unsent is a bug of the server's.
  expect((await server.stop()).stderr).toBe('');
});

const misspelt = `{${[...'abcdefghijklmnopqrst'].map((letter) => `esti${letter}`).join('%20')}}`;

describe.each<[string, number]>([
  ['/metrics', 3000],
  [`/graphql?query=${misspelt}`, 10_000],
  ['/health', 100_000],
])('GET %s, sent %i times before the first answer', (path, times) => {
  test('ends the connection and holds nobody up', { timeout: 30_000, retry: 2 }, async () => {
    const damage = await underAttack(server, async () => {
      const socket = await connected();
      socket.pause();
      // It ends with an error or without: the rest of the bytes is still on its way.
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
      socket.resume();
      await closed;
    });
    expect(damage).toMatchObject({ alive: true });
    expect(damage.healthP99Ms).toBeLessThan(250);
    expect(damage.growthBytes).toBeLessThan(200e6);
  });
});

test('a few requests ahead of their answers are answered', async () => {
  const socket = await connected();
  const ahead = 'GET /graphql?query={__typename} HTTP/1.1\r\nHost: localhost\r\n';
  socket.write(`${`${ahead}\r\n`.repeat(9)}${ahead}Connection: close\r\n\r\n`);
  expect((await textOf(socket)).match(/HTTP\/1\.1 200/g)).toHaveLength(10);
});

test('one client’s hundreds of long questions leave room for another’s short one', { timeout: 30_000 }, async () => {
  const pages = Array.from({ length: 90 }, (_, index) => `a${index}: changes(first: 100) { nodes { before after } }`);
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = await connected();
      socket.pause();
      socket.write(posted({ query: `{ ${pages.join(' ')} }` }));
      return socket;
    }),
  );
  try {
    const began = performance.now();
    const other = await connected('127.0.0.2');
    other.write(posted({ query: '{ estimate { summary } }' }));
    expect(await textOf(other)).toContain('"summary"');
    // All the long ones take half a minute.
    expect(performance.now() - began).toBeLessThan(5000);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

const nested = (levels: number) => ({ a: JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) });
const options = 'query ($a: EstimateOptions) { estimate(options: $a) { summary } }';
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

test.each([
  ['lists inside lists', { query: 'query ($a: ID) { estimate(model: $a) { summary } }', variables: nested(3000) }],
  ['tens of thousands of fields', { query: options, variables: { a: keys(60_000) } }],
  ['thousands of fields', { query: options, variables: { a: keys(4_000) } }],
  ['a long name of a field', { query: options, variables: { a: { ['z'.repeat(900_000)]: 1 } } }],
  ['a long value beside a wrong field', { query: options, variables: { a: { runtime: 'x'.repeat(900_000), z: 1 } } }],
  ['a long field', { query: `{ ${'x'.repeat(900_000)} }` }],
  [
    'a long search',
    { query: 'query ($s: String) { models(search: $s) { nodes { id } } }', variables: { s: 'a '.repeat(4e5) } },
  ],
])('%s: refused by a code, soon, in few words', async (_name, body) => {
  const began = performance.now();
  const text = await ask(body);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(text.length).toBeLessThan(30_000);
  const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
  expect(errors.map(({ extensions: { code } }) => code)).toEqual(
    errors.map(() => expect.stringMatching(/^(INVALID_ARGUMENT|BAD_REQUEST|QUERY_TOO_EXPENSIVE)$/)),
  );
});

test('variables in an address that are not JSON are refused with 400', async () => {
  const response = await fetch(`${server.origin}/graphql?query={__typename}&variables=[`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('a body that is not JSON is not repeated', async () => {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '['.repeat(400_000),
  });
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(200);
});

test('a client that leaves in the middle of its body is not logged as a bug', async () => {
  const socket = await connected();
  socket.write(posted({ query: '{ __typename }' }).slice(0, -5));
  // Another answer in between: the first request has arrived by then.
  await ask({ query: '{ __typename }' });
  socket.destroy();
});

async function connected(localAddress = '127.0.0.1'): Promise<Socket> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function textOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function posted(body: object): string {
  const text = JSON.stringify(body);
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
  return `${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

async function ask(body: object): Promise<string> {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.text();
}
