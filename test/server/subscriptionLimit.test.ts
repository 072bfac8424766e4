import { copyFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Calculator, openCalculator } from '../../src/server/calculator.ts';
import { drain, httpListener } from '../../src/server/http.ts';
import { HeldPlaces, subscriptionPlaces } from '../../src/server/limits/subscriptionPlaces.ts';
import { Batches } from '../../src/server/observe/batches.ts';
import { createMetrics } from '../../src/server/observe/metrics.ts';
import { listen } from './eventStream.ts';
import { temporaryFolder } from './serverProcess.ts';

let calculator: Calculator;
let server: Server;
let origin: string;

beforeAll(async () => {
  const databaseUrl = join(temporaryFolder(), 'calculator.db');
  copyFileSync(inject('seededDatabase'), databaseUrl);
  calculator = await openCalculator({ databaseUrl, profilePacks: [] });
  const subscriptions = new HeldPlaces(subscriptionPlaces({ all: 3, client: 2 }));
  const { catalogueRevision } = calculator;
  const metrics = createMetrics({ catalogueRevision, subscriptions: () => subscriptions.held });
  const ended = new Batches([metrics.observe]);
  server = createServer(httpListener({ ...calculator, subscriptions, trustedProxies: 1, metrics, ended }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  calculator.endSubscriptions();
  await drain(server, 0);
  calculator.close();
});

const all = 'subscription { catalogueChanged { changes { id } } }';

test('a subscription beyond the limit is refused with 503 until one ends; one that never began takes no place', async () => {
  const unknown = await listen(origin, all.replace('Changed', 'Changed(id: "no such profile")'));
  expect(await unknown.toEnd()).toContain('UNKNOWN_PROFILE');
  const held = [await listen(origin, all), await listen(origin, all)];
  expect(held.map(({ response }) => response.status)).toEqual([200, 200]);

  const refused = await listen(origin, all);
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '30']);
  const data = /^data: (\{.*\})$/m.exec(await refused.toEnd())?.[1] ?? '';
  expect(JSON.parse(data).errors).toMatchObject([
    {
      message: expect.stringContaining('You hold 2 subscriptions, as many as one address may'),
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
    },
  ]);
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  expect(metrics).toContain('calculator_requests_total{operation="subscription",outcome="refused"} 1');
  expect(metrics).toContain('calculator_refused_total{limit="subscriptions"} 1');
  expect(metrics).toContain('calculator_subscriptions 2');
  expect(metrics).not.toContain('outcome="failed"');
  const question = await fetch(`${origin}/graphql?query={__typename}`);
  expect(await question.json()).toEqual({ data: { __typename: 'Query' } });

  await held[0]?.stop();
  // The server hears of it in its own time.
  let next = await listen(origin, all);
  while (next.response.status === 503) {
    await next.toEnd();
    next = await listen(origin, all);
  }
  expect(next.response.status).toBe(200);
  const again = await listen(origin, all);
  expect(again.response.status).toBe(503);
  await Promise.all([next.stop(), held[1]?.stop(), again.stop()]);
});

test('clients share what one server holds, and none takes all of it', async () => {
  const held: Awaited<ReturnType<typeof listen>>[] = [];
  const from = async (client: string) => {
    // The server hears in its own time that the listeners of the test before have gone.
    for (;;) {
      const stream = await listen(origin, all, { 'x-forwarded-for': client });
      if (stream.response.status === 200 || held.length === 3) return stream;
      await stream.toEnd();
    }
  };
  for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) held.push(await from(client));
  expect(held.map(({ response }) => response.status)).toEqual([200, 200, 200]);
  const refused = await from('192.0.2.3');
  expect(await refused.toEnd()).toContain('holds 3 subscriptions, as many as it may');
  await Promise.all(held.map((each) => each.stop()));
});
