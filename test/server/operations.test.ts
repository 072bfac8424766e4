import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from './serverProcess.ts';

const longQuery = '{ models(first: 25) { nodes { id name developer } } }';

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    DATABASE_URL: `${temporaryFolder()}/calculator.db`,
    LOG: 'json',
    TRUST_PROXY: '1',
    RATE_LIMIT: '200',
    SHUTDOWN_DELAY: '0.5',
  });
});

afterAll(() => server?.stop());

describe('an allowance', () => {
  test('is a client’s own, and spent by what is asked', async () => {
    const wide = `{ ${Array.from({ length: 150 }, (_, index) => `a${index}: estimate(tokens: ${index + 1}) { summary }`).join(' ')} }`;
    expect((await post(wide, { 'x-forwarded-for': '198.51.100.7' })).status).toBe(200);
    expect((await post(wide, { 'x-forwarded-for': '198.51.100.7' })).status).toBe(200);
    const refused = await post('{ __typename }', { 'x-forwarded-for': '198.51.100.7' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await post('{ __typename }', { 'x-forwarded-for': '198.51.100.8' })).status).toBe(200);
  });

  test('cannot be had anew by writing addresses: only the proxy’s own is believed', async () => {
    const wide = `{ ${Array.from({ length: 199 }, (_, index) => `a${index}: estimate(tokens: ${index + 1}) { summary }`).join(' ')} }`;
    const from = (forged: string) => ({ 'x-forwarded-for': `${forged}, 198.51.100.9` });
    await post(wide, from('203.0.113.1'));
    await post(wide, from('203.0.113.2'));
    expect((await post('{ __typename }', from('203.0.113.3'))).status).toBe(429);
  });
});

test('a key that is none costs hundreds of points: guessing ends soon', async () => {
  const guess = () =>
    post('mutation { hardwareRetire(id: "nvidia-t4-16gb") { __typename } }', {
      authorization: 'Bearer llmc_guessed',
      'x-forwarded-for': '198.51.100.10',
    });
  const first = await guess();
  expect(JSON.parse(first.text)).toMatchObject({ data: { hardwareRetire: { __typename: 'NotAuthorizedError' } } });
  expect((await guess()).status).toBe(429);
});

describe('a request', () => {
  test('keeps the id it came with and is one JSON line of log, without its key', async () => {
    const headers = { 'x-request-id': 'order-66', authorization: 'Bearer llmc_secret' };
    const { headers: answered } = await post('query Named { estimate { summary } }', headers);
    expect(answered['x-request-id']).toBe('order-66');
    const line = await logLine(({ requestId }) => requestId === 'order-66');
    expect(line).toMatchObject({
      operation: 'Named',
      estimates: 1,
      status: 200,
      method: 'POST',
      path: '/graphql',
      refusedBy: null,
    });
    expect(line.milliseconds).toBeGreaterThan(0);
    expect(line.bytes).toBeGreaterThan(100);
    expect(server.child.exitCode).toBeNull();
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  test('with no id, or one that could break a log, gets one', async () => {
    const ids = [await post('{ __typename }'), await post('{ __typename }', { 'x-request-id': 'a b"c' })];
    for (const { headers } of ids) expect(headers['x-request-id']).toMatch(/^[\da-f]{8}-/);
  });

  test('that asks for too much is refused with a code, what it asked for, and what may be asked', async () => {
    const query = 'query($n: Int) { models(first: $n) { nodes { measurements(first: $n) { nodes { id } } } } }';
    const { text } = await send('POST', '/graphql', JSON.stringify({ query, variables: { n: 100 } }));
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', unit: 'nodes', found: 10_201, allowed: 10_000 } }],
    });
  });

  test('may have suggestions for 250 estimates, which count as three more each, and not their answers too', async () => {
    const many = (fields: string) => {
      const estimates = Array.from(
        { length: 250 },
        (_, index) =>
          `a${index}: estimate(model: "llama-3.1-70b", hardware: "rtx-4090", promptTokens: ${index}) { suggestions { ${fields} } }`,
      );
      return JSON.stringify({ query: `{ ${estimates.join(' ')} }` });
    };
    const all = await send('POST', '/graphql', many('text'), { 'x-forwarded-for': '198.51.100.20' });
    const { data, errors } = JSON.parse(all.text);
    expect(errors).toBeUndefined();
    expect(Object.values<{ suggestions: unknown[] }>(data).every(({ suggestions }) => suggestions.length > 1)).toBe(
      true,
    );
    const refused = await send('POST', '/graphql', many('estimate { summary }'), {
      'x-forwarded-for': '198.51.100.21',
    });
    expect(JSON.parse(refused.text)).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', unit: 'estimates', found: 1250, allowed: 1000 } }],
    });
  });

  test('of a form or plain text is refused: browsers send those without asking', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const { status } = await send('POST', '/graphql', 'query={__typename}', { 'content-type': type });
      expect(status).toBe(415);
    }
  });

  test('for a foreign name is refused by a server that only this machine reaches', async () => {
    expect((await send('GET', '/graphql?query={__typename}', '', { host: 'rebound.example' })).status).toBe(421);
    expect((await send('GET', '/graphql?query={__typename}', '', { host: 'localhost:4000' })).status).toBe(200);
  });
});

describe('an answer', () => {
  test('of more than a kilobyte is compressed as the client can read it, each form with an ETag of its own', async () => {
    const path = `/graphql?query=${encodeURIComponent(longQuery)}`;
    const plain = await send('GET', path);
    const zipped = await send('GET', path, '', { 'accept-encoding': 'gzip' });
    const brotli = await send('GET', path, '', { 'accept-encoding': 'gzip, br' });
    expect([zipped, brotli].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'br']);
    expect(gunzipSync(zipped.body).toString()).toBe(plain.text);
    expect(brotliDecompressSync(brotli.body).toString()).toBe(plain.text);
    const tags = [plain, zipped, brotli].map(({ headers }) => headers.etag);
    expect(new Set(tags).size).toBe(3);
    const again = await send('GET', path, '', {
      'accept-encoding': 'gzip',
      'if-none-match': String(zipped.headers.etag),
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('to HEAD has the headers of GET and no body', async () => {
    const path = '/graphql?query={__typename}';
    const [got, head] = [await send('GET', path), await send('HEAD', path)];
    expect([head.status, head.headers.etag, head.text]).toEqual([200, got.headers.etag, '']);
  });

  test('may be read by pages of any origin, and is never sniffed', async () => {
    const { headers } = await post('{ __typename }', { origin: 'https://app.example' });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

test('/metrics counts requests by outcome, estimates, refusals and the state of the process', async () => {
  const { text, headers } = await send('GET', '/metrics');
  expect(headers['content-type']).toContain('text/plain');
  expect(text).toMatch(/calculator_requests_total\{operation="query",outcome="ok"\} \d+/);
  expect(text).toMatch(/calculator_refused_total\{limit="rate"\} [1-9]/);
  expect(text).toMatch(/calculator_estimates_total \d{2,}/);
  expect(text).toMatch(/calculator_catalogue_revision [1-9]/);
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});

interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  text: string;
}

const post = (query: string, headers: Record<string, string> = {}) =>
  send('POST', '/graphql', JSON.stringify({ query }), headers);

/** By hand: `fetch` sets Host and Accept-Encoding itself, and decompresses. */
function send(method: string, path: string, body = '', headers: Record<string, string> = {}): Promise<Answer> {
  const type = body === '' ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(
      `${server.origin}${path}`,
      { method, headers: { 'x-forwarded-for': '192.0.2.1', ...type, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          const whole = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: whole,
            text: whole.toString('utf8'),
          });
        });
      },
    );
    asked.once('error', reject).end(body);
  });
}

async function logLine(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 100; tries++) {
    const lines = server
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const found = lines.map((line) => JSON.parse(line)).find(wanted);
    if (found !== undefined) return found;
    await wait(20);
  }
  throw new Error('no such line in the log');
}
