import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Work } from '../../src/schema/work.ts';
import { drain, httpListener } from '../../src/server/http.ts';
import { requestLimits } from '../../src/server/limits/limits.ts';

let server: Server;
let origin: string;
let answer = 'first';
let notReady: string | null = null;
let releaseSlow: (() => void) | undefined;

beforeAll(async () => {
  const listener = httpListener({
    schema: tinySchema(),
    createContext: () => ({ work: new Work(requestLimits.work), caller: { key: null, refusedKeys: 0 } }),
    notReady: async () => notReady,
  });
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => drain(server, 0));

describe('probes', () => {
  test('/health answers as long as the process lives', async () => {
    const response = await fetch(`${origin}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  test('/ready answers 503 with the reason while questions cannot be answered', async () => {
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    notReady = 'draining';
    const response = await fetch(`${origin}/ready`);
    notReady = null;
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'draining' });
  });

  test('other paths say where the API is', async () => {
    const response = await fetch(`${origin}/api/v2`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/graphql');
    const root = await fetch(origin, { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
  });
});

describe('front ends', () => {
  test('any origin may ask', async () => {
    const preflight = await fetch(`${origin}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    const response = await post('{ answer }', { origin: 'https://app.example' });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('a query may be a GET', async () => {
    expect(await (await get('{ answer }')).json()).toEqual({ data: { answer: 'first' } });
  });

  test('a mutation may not be a GET', async () => {
    expect((await get('mutation { change }')).status).toBe(405);
  });
});

describe('caching', () => {
  test('a GET answer carries an ETag, and 304 follows while the answer is the same', async () => {
    const first = await get('{ answer }');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{20}"$/);
    expect(first.headers.get('cache-control')).toBe('public, max-age=60');
    expect(first.headers.get('vary')).toContain('Accept-Encoding');

    const again = await get('{ answer }', { 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect(again.headers.get('etag')).toBe(etag);

    answer = 'second';
    const changed = await get('{ answer }', { 'if-none-match': etag });
    answer = 'first';
    expect(changed.status).toBe(200);
    expect(await changed.json()).toEqual({ data: { answer: 'second' } });
  });

  test('errors and POST answers are not cached', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const failed = await get('{ broken }');
    expect([failed.headers.get('etag'), failed.headers.get('cache-control')]).toEqual([null, 'no-store']);
    expect((await post('{ answer }')).headers.get('etag')).toBeNull();
  });
});

describe('errors', () => {
  test('a bug is logged whole and masked for the client', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const text = await (await post('{ broken }')).text();
    expect(text).toContain('Internal error');
    expect(text).not.toContain('secret detail');
    expect(JSON.stringify(log.mock.calls.map((call) => call.map(String)))).toContain('secret detail');
    log.mockRestore();
  });

  test('a misspelt field gets a suggestion', async () => {
    expect(await (await post('{ answr }')).text()).toContain('Did you mean \\"answer\\"');
  });

  test.each(['variables', 'extensions'])('%s in an address that are not JSON are refused with 400', async (name) => {
    const response = await fetch(`${origin}/graphql?query={answer}&${name}={"a":`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('The variables or extensions are not JSON'),
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    });
  });

  test('a body that is not JSON is refused with 400', async () => {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query": ',
    });
    expect(response.status).toBe(400);
  });
});

describe('limits', () => {
  test('a page of two hundred aliases passes, more than the limit does not', async () => {
    expect((await (await post(aliases(200))).json()) as object).not.toHaveProperty('errors');
    expect(await refusalOf(aliases(requestLimits.document.aliases + 1))).toContain('more than 250 aliases');
  });

  test('selections nested too deep are refused', async () => {
    const nested = (depth: number) => `{ ${'self { '.repeat(depth)} answer ${'} '.repeat(depth)} }`;
    expect(await (await post(nested(requestLimits.document.depth - 1))).text()).not.toContain('errors');
    expect(await refusalOf(nested(requestLimits.document.depth))).toContain('more than 14 fields inside one another');
  });

  test('a document of too many tokens is refused', async () => {
    const document = `{ ${'answer '.repeat(requestLimits.document.tokens)} }`;
    expect(await refusalOf(document)).toContain('more than 15,000 words and signs');
  });

  test.each([
    [
      'brackets inside one another',
      `${'{self'.repeat(1500)}${'}'.repeat(1500)}`,
      'more than 40 brackets inside one another',
    ],
    ['one field again and again', `{ ${'answer '.repeat(2000)} }`, 'answer without arguments more than 50 times'],
    ['fields of one name', `{ ${'answer(nth: 1) '.repeat(300)} }`, 'answer more than 250 times in one selection'],
    [
      'names for one answer',
      `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: answer`).join(' ')} }`,
      'answer without arguments more than 50 times in one selection',
    ],
    ['directives', `{ answer ${'@skip(if: false) '.repeat(5)} }`, 'more than 4 directives on one field or fragment'],
    [
      'uses of fragments',
      `{ ${'...A '.repeat(300)} } fragment A on Query { answer }`,
      'more than 250 uses of fragments',
    ],
  ])('too many %s are refused before anything is built of them', async (_, query, words) => {
    const response = await post(query, { accept: 'application/graphql-response+json' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining(words), extensions: { code: 'QUERY_TOO_EXPENSIVE' } }],
    });
  });

  test('a body beyond the limit is refused with 413', async () => {
    const response = await post(`{ answer } # ${'x'.repeat(requestLimits.bodyBytes)}`);
    expect(response.status).toBe(413);
  });

  test('a body of no declared length is counted', async () => {
    const chunked = (query: string) => {
      const body = new Blob([JSON.stringify({ query })]).stream();
      const headers = { 'content-type': 'application/json' };
      // `duplex` is required for a streamed body and missing from the types.
      const streamed: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
      return fetch(`${origin}/graphql`, streamed);
    };
    expect(await (await chunked('{ answer }')).json()).toEqual({ data: { answer: 'first' } });
    expect((await chunked(`{ answer } # ${'x'.repeat(requestLimits.bodyBytes)}`)).status).toBe(413);
  });
});

test('a drain waits for the running request and then lets go of its connection', async () => {
  const listener = httpListener({
    schema: tinySchema(),
    createContext: () => ({ work: new Work(requestLimits.work), caller: { key: null, refusedKeys: 0 } }),
    notReady: async () => null,
  });
  const draining = createServer(listener);
  await new Promise<void>((resolve) => draining.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(draining.address() as AddressInfo).port}/graphql`;
  const started = vi.waitFor(() => expect(releaseSlow).toBeDefined());
  const running = fetch(`${url}?query={slow}`);
  await started;
  const drained = drain(draining, 60_000);
  releaseSlow?.();
  expect(await (await running).json()).toEqual({ data: { slow: 'done' } });
  await drained;
  await expect(fetch(`${url}?query={answer}`)).rejects.toThrow('fetch failed');
});

function tinySchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Query { answer(nth: Int): String! broken: String self: Query! slow: String }
    type Mutation { change: Int }
  `);
  const fields = schema.getQueryType()?.getFields() ?? {};
  const resolvers: Record<string, () => unknown> = {
    answer: () => answer,
    broken: () => {
      throw new Error('secret detail');
    },
    self: () => ({}),
    slow: () => new Promise((resolve) => (releaseSlow = () => resolve('done'))),
  };
  for (const [name, resolve] of Object.entries(resolvers)) {
    const field = fields[name];
    if (field) field.resolve = resolve;
  }
  return schema;
}

async function refusalOf(query: string): Promise<string> {
  const { data, errors } = await (await post(query)).json();
  expect(data).toBeUndefined();
  return errors[0].message;
}

function aliases(count: number): string {
  return `{ ${Array.from({ length: count }, (_, index) => `a${index}: answer(nth: ${index})`).join(' ')} }`;
}

function post(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
}

function get(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/graphql?query=${encodeURIComponent(query)}`, { headers });
}
