import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/schema/index.ts';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';
import { expensiveDocument } from './expensiveDocuments.ts';
import { attacked, underAttack } from './underAttack.ts';

// What one anonymous client could stop a server with, each once measured as a crash or a stand-still. The server has less
// memory than most machines give a process.
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    DATABASE_URL: `${temporaryFolder()}/calculator.db`,
    ...attacked,
  });
  // The first answers of a process load and compile what the later ones use.
  for (let index = 0; index < 20; index++)
    await ask('{ estimate { summary basis { evidence } suggestions { text } } }');
});

afterAll(async () => {
  // What clients do is no bug of the server's: an attack does not fill its log.
  expect((await server.stop()).stderr).toBe('');
});

const attacks: Readonly<Record<string, () => Promise<unknown>>> = {
  'hundreds of different documents of 30 KB': () =>
    oneAfterAnother(600, (index) =>
      ask(`{ ${aliases(200, '__type(name: "none") @include(if: true) { name }', 80)} # ${index}\n }`),
    ),
  'hundreds of different documents that are refused': () =>
    oneAfterAnother(600, (index) => ask(`{ nothing${index} ${aliases(200, 'nowhere(n: 1)', 80)} }`)),
  'pages inside pages behind a variable': () =>
    oneAfterAnother(20, () =>
      ask(
        'query($n: Int) { models(first: $n) { nodes { measurements(first: $n) { nodes { id source { url } } } } } }',
        { n: 100 },
      ),
    ),
  'pages of the default length, two hundred times': () =>
    ask(`{ ${aliases(200, 'models { nodes { name measurements { nodes { id } } } }')} }`),
  '250 estimates that do not fit, with suggestions': () =>
    oneAfterAnother(3, () =>
      ask(`{ ${aliases(250, 'estimate(model: "llama-3.1-405b", hardware: "T4") { suggestions { text } summary }')} }`),
    ),
  'the schema’s description, 250 times': () =>
    oneAfterAnother(10, () => ask(`{ ${aliases(250, '__schema { types { fields { type { fields { name } } } } }')} }`)),
  'one field, thousands of times': () => ask(`{ ${'__typename '.repeat(14_000)} }`),
  'fragments that repeat one another': () =>
    oneAfterAnother(10, () => {
      const names = Array.from({ length: 240 }, (_, index) => `F${index}`);
      const spreads = names.map((name) => `...${name}`).join(' ');
      return ask(`{ ${spreads} } ${names.map((name) => `fragment ${name} on Query { a: __typename }`).join(' ')}`);
    }),
  'a text of 900 KB in a literal': () =>
    oneAfterAnother(5, () => ask(`{ estimate(tokens: "${'x'.repeat(900_000)}") { summary } }`)),
  '1,500 selections inside one another': () =>
    oneAfterAnother(50, () => ask(`${'{a'.repeat(1500)}${'}'.repeat(1500)}`)),
  'documents that walk the schema where it is widest': async () => {
    const schema = buildSchema();
    let state = 7;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    for (let index = 0; index < 40; index++) {
      const began = performance.now();
      await ask(expensiveDocument(schema, random, [50, 300, 1500, 4000][index % 4] ?? 50));
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  },
  '40 readers that never read': async () => {
    const body = JSON.stringify({ query: `{ ${aliases(90, 'changes(first: 100) { nodes { id before after } }')} }` });
    const sockets = await Promise.all(Array.from({ length: 40 }, () => askWithoutReading(body)));
    await wait(3000);
    for (const socket of sockets) socket.destroy();
  },
  // Each held a tenth of its answer, which together were more than the heap.
  '200 readers that never read': async () => {
    const body = JSON.stringify({ query: `{ ${aliases(90, 'changes(first: 100) { nodes { id before after } }')} }` });
    const sockets = await Promise.all(Array.from({ length: 200 }, () => askWithoutReading(body)));
    await wait(3000);
    for (const socket of sockets) socket.destroy();
  },
  // As many as there are places for questions of one address, and everybody behind a proxy that is not named has one address.
  '60 bodies that never arrive': async () => {
    const sockets = await Promise.all(Array.from({ length: 60 }, () => askWithoutReading('{"query":"{', 20)));
    // They reach the server before the question does.
    await wait(500);
    expect(await ask('{ __typename }')).toBe('{"data":{"__typename":"Query"}}');
    for (const socket of sockets) socket.destroy();
  },
};

describe.each(Object.entries(attacks))('%s', (_name, attack) => {
  // Other tests share the machine: a slow moment of theirs is not the server’s.
  test('hold nobody up and cost no memory', { timeout: 60_000, retry: 2 }, async () => {
    const damage = await underAttack(server, attack);
    expect(damage).toMatchObject({ alive: true });
    expect(damage.healthP99Ms).toBeLessThan(250);
    expect(damage.growthBytes).toBeLessThan(200e6);
  });
});

test('a client that leaves takes its work with it', async () => {
  // Two hundred others have just been dropped: the server may still be giving up what they asked for.
  await ask('{ estimate { summary } }');
  const socket = await askWithoutReading(
    JSON.stringify({
      query: `{ ${aliases(250, 'estimate(model: "llama-3.1-405b", hardware: "T4") { suggestions { text } }')} }`,
    }),
  );
  await wait(60);
  socket.destroy();
  const began = performance.now();
  await ask('{ estimate { summary } }');
  expect(performance.now() - began).toBeLessThan(250);
});

test.each(['][', 'a b', '', 'x'.repeat(300).concat('\u00e9')])(
  'Host: %j is refused, and tells no path',
  async (host) => {
    const answer = await rawAnswer(
      `GET /graphql?query={__typename} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/\.ts|node_modules| at /);
  },
);

async function ask(query: string, variables: object = {}): Promise<string> {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

async function oneAfterAnother(count: number, each: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await each(index);
}

/** The same field under many names; `width` makes each name that long. */
function aliases(count: number, field: string, width = 1): string {
  return Array.from({ length: count }, (_, index) => `${'a'.repeat(width)}${index}: ${field}`).join(' ');
}

/** @param missing bytes that the body announces and that do not come */
async function askWithoutReading(body: string, missing = 0): Promise<Socket> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
  socket.write(`${head}Content-Length: ${Buffer.byteLength(body) + missing}\r\n\r\n${body}`);
  return socket;
}

async function rawAnswer(text: string): Promise<string> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  socket.end(text, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
