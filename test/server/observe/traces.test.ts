import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { listen } from '../eventStream.ts';
import { spawnProject, startServer, temporaryFolder } from '../serverProcess.ts';

const folder = temporaryFolder();
const databaseUrl = join(folder, 'calculator.db');
beforeAll(() => copyFileSync(inject('seededDatabase'), databaseUrl));

const trace = '0af7651916cd43dd8448eb211c80319c';

/** Writes the address of every module that a process loads into a file. */
function modulesInto(file: string): string {
  const hook = join(folder, 'modules.mjs');
  writeFileSync(
    hook,
    `import { appendFileSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { appendFileSync(process.env.MODULES, url + '\\n'); return next(url, context); } });`,
  );
  writeFileSync(file, '');
  return `--import ${hook}`;
}

interface Span {
  traceId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

test('without a collector nothing of OpenTelemetry’s SDK is loaded', async () => {
  const modules = join(folder, 'without.txt');
  const environment = { DATABASE_URL: databaseUrl, NODE_OPTIONS: modulesInto(modules), MODULES: modules };
  const server = await startServer(environment);
  await (await fetch(`${server.origin}/graphql?query={estimate{summary}}`)).text();
  await server.stop();
  const loaded = readFileSync(modules, 'utf8').split('\n');
  expect(loaded.filter((url) => url.includes('graphql-yoga')).length).toBeGreaterThan(0);
  // prom-client itself loads the API, which is interfaces that do nothing.
  expect(loaded.filter((url) => /@opentelemetry\/(?!api\/)/.test(url))).toEqual([]);
});

describe('a collector', () => {
  let collector: Server;
  const spans: Span[] = [];
  const resources: { attributes: Span['attributes'] }[] = [];
  const headers: unknown[] = [];
  let stderr = '';
  const modules = join(folder, 'with.txt');

  beforeAll(async () => {
    collector = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      headers.push([request.url, request.headers['x-tenant']]);
      for (const { resource, scopeSpans } of JSON.parse(Buffer.concat(chunks).toString()).resourceSpans) {
        resources.push(resource);
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.setHeader('Content-Type', 'application/json').end('{}');
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const server = await startServer({
      DATABASE_URL: databaseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme',
      NODE_OPTIONS: modulesInto(modules),
      MODULES: modules,
    });
    const ask = (body: object, extra: Record<string, string> = {}) =>
      fetch(`${server.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...extra },
        body: JSON.stringify(body),
      }).then((response) => response.text());
    await ask(
      { query: 'query Named { a: estimate { summary } b: estimate(tokens: 7) { summary } }' },
      {
        'x-request-id': 'order-66',
        traceparent: `00-${trace}-b7ad6b7169203331-01`,
        authorization: 'Bearer llmc_secret',
      },
    );
    await ask({ query: '{ nothing }' }, { 'x-request-id': 'wrong' });
    await ask({ query: '{ __typename }' }, { traceparent: `00-${trace.replace('0a', '0b')}-b7ad6b7169203331-00` });
    await (await fetch(`${server.origin}/health`)).text();
    const subscription = await listen(server.origin, 'subscription { catalogueChanged { __typename } }');
    stderr = (await server.stop()).stderr;
    await subscription.toEnd();
  });

  afterAll(() => collector?.close());

  test('is told of each request when the server ends, one span a request', () => {
    expect(stderr).toBe('');
    expect(spans.map(({ name }) => name).sort()).toEqual(['POST', 'query', 'subscription']);
    expect(new Set(headers.map((each) => JSON.stringify(each)))).toEqual(new Set(['["/v1/traces","acme"]']));
  });

  test('is told the operation, the status, the cost and the request’s id, and never a key', () => {
    const span = spans.find(({ name }) => name === 'query');
    expect(span).toBeDefined();
    if (span === undefined) return;
    expect(attributesOf(span)).toMatchObject({
      'graphql.operation.name': 'Named',
      'graphql.operation.type': 'query',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.path': '/graphql',
      'calculator.request_id': 'order-66',
      'calculator.estimates': 2,
    });
    const nanoseconds = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
    expect(Number(nanoseconds)).toBeGreaterThan(10_000);
    // What is not known is left out.
    expect(Object.values(attributesOf(span))).not.toContain(undefined);
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  test('finds the span under the caller’s, and none where the caller’s trace is not sampled', () => {
    const span = spans.find(({ name }) => name === 'query');
    expect(span).toMatchObject({ traceId: trace, parentSpanId: 'b7ad6b7169203331' });
    expect(spans.map(({ traceId }) => traceId)).not.toContain(trace.replace('0a', '0b'));
  });

  test('is told which service it is', () => {
    expect(resources.map(attributesOf)[0]).toMatchObject({ 'service.name': 'llm-inference-calculator' });
    expect(readFileSync(modules, 'utf8')).toContain('@opentelemetry/sdk-trace');
  });
});

test('a collector that is away is reported once, fails no request and does not hold the end up', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  nobody.close();
  const server = await startServer({
    DATABASE_URL: databaseUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    OTEL_SERVICE_NAME: 'mine',
  });
  onTestFinished(() => void server.stop());
  const ask = () => fetch(`${server.origin}/graphql?query={__typename}`).then((response) => response.text());
  // More than the queue holds.
  for (let round = 0; round < 60; round++) {
    expect(new Set(await Promise.all(Array.from({ length: 50 }, ask)))).toEqual(
      new Set(['{"data":{"__typename":"Query"}}']),
    );
  }
  const { code, stderr } = await server.stop();
  expect(code).toBe(0);
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringContaining(`Traces do not reach http://127.0.0.1:${port}`),
  ]);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_SAMPLER: 'some' }, 'OTEL_TRACES_SAMPLER=some'],
])('%j ends the start with the name of the variable', async (environment, part) => {
  const { code, stderr } = await spawnProject('src/server.ts', { environment: { PORT: '0', ...environment } }).ended;
  expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
  expect(stderr).toContain(part);
});
