import { copyFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { defaultFieldResolver, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Calculator, openCalculator } from '../../src/server/calculator.ts';
import { drain, httpListener } from '../../src/server/http.ts';
import { listen } from './eventStream.ts';
import { temporaryFolder } from './serverProcess.ts';

let calculator: Calculator;
let server: Server;
let origin: string;
let key: string;
/** Times that the id of a change has been answered. */
let answered = 0;
const responses: ServerResponse[] = [];

beforeAll(async () => {
  const databaseUrl = join(temporaryFolder(), 'calculator.db');
  copyFileSync(inject('seededDatabase'), databaseUrl);
  calculator = await openCalculator({ databaseUrl, profilePacks: [] });
  key = (await calculator.firstKey()) ?? '';
  const type = calculator.schema.getType('Change');
  const field = isObjectType(type) ? type.getFields().id : undefined;
  if (field === undefined) throw new Error('a change has an id');
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (...call) => {
    answered += 1;
    return resolve(...call);
  };
  // Less patience than servers have; the beats of a stream come every 300 ms in a test.
  server = createServer(httpListener({ ...calculator, unread: { bytes: 64_000_000, milliseconds: 1500 } }));
  server.on('request', (_request, response: ServerResponse) => responses.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  calculator.endSubscriptions();
  await drain(server, 0);
  await calculator.close();
});

/** Retires or restores a device. */
async function change(id: string, mutation: 'Retire' | 'Restore' = 'Retire'): Promise<void> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: `mutation { hardware${mutation}(id: "${id}") { __typename } }` }),
  });
  expect(await response.text()).toContain(`Hardware${mutation}Payload`);
}

function answersIn(heard: string): unknown[] {
  return [...heard.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json));
}

const all = 'subscription { catalogueChanged { changes { id actor } } }';

test('a change is answered once for all who asked the same, whenever they came', async () => {
  const listeners = [await listen(origin, all), await listen(origin, all)];
  for (const each of listeners) await each.until(/^:/);
  answered = 0;
  await change('nvidia-l4-24gb');
  for (const each of listeners) await each.until(/nvidia-l4-24gb/);
  expect(answered).toBe(1);

  listeners.push(await listen(origin, all));
  const other = await listen(origin, all.replace('actor', 'kind actor'));
  await listeners[2]?.until(/^:/);
  await other.until(/^:/);
  answered = 0;
  await change('nvidia-t4-16gb');
  const heard = await Promise.all(listeners.map((each) => each.until(/nvidia-t4-16gb.*\n/)));
  const event = { data: { catalogueChanged: { changes: [{ id: 'nvidia-t4-16gb', actor: 'first' }] } } };
  for (const text of heard) expect(answersIn(text).at(-1)).toEqual(event);
  expect(answersIn(await other.until(/nvidia-t4-16gb.*\n/))).toEqual([
    { data: { catalogueChanged: { changes: [{ id: 'nvidia-t4-16gb', kind: 'HARDWARE', actor: 'first' }] } } },
  ]);
  expect(answered).toBe(2);
  await Promise.all([...listeners, other].map((each) => each.stop()));
});

test('listeners who ask with other variables hear other things', async () => {
  const text = 'subscription($id: ID) { catalogueChanged(id: $id) { changes { id } } }';
  const [one, other] = await Promise.all(['L40S', 'A10'].map((id) => listen(origin, text, {}, { id })));
  await Promise.all([one?.until(/^:/), other?.until(/^:/)]);
  await change('nvidia-a10-24gb');
  await change('nvidia-l40s-48gb');
  expect(await one?.until(/nvidia-l40s/)).not.toContain('nvidia-a10');
  expect(await other?.until(/nvidia-a10/)).not.toContain('nvidia-l40s');
  await Promise.all([one?.stop(), other?.stop()]);
});

test('a variable that will not do is refused as in a query', async () => {
  const text = 'subscription($kind: ProfileKind) { catalogueChanged(kind: $kind) { changes { id } } }';
  const refused = await listen(origin, text, {}, { kind: 'TOASTER' });
  expect(answersIn(await refused.toEnd())).toMatchObject([
    { errors: [{ extensions: { code: 'INVALID_ARGUMENT', argument: 'kind', value: 'TOASTER' } }] },
  ]);
});

test('a listener who leaves takes nothing from the others', async () => {
  const leaving = await listen(origin, all);
  const staying = await listen(origin, all);
  await Promise.all([leaving.until(/^:/), staying.until(/^:/)]);
  await leaving.stop();
  await change('nvidia-t4-16gb', 'Restore');
  expect(answersIn(await staying.until(/nvidia-t4.*\n/))).toMatchObject([{ data: { catalogueChanged: {} } }]);
  await staying.stop();
});

test('a listener who does not read holds little, and is dropped; one who reads stays', async () => {
  const reading = await listen(origin, all);
  await reading.until(/^:/);
  const before = responses.length;
  // Each in a selection of its own: one selection may not ask the same ninety times.
  const many = Array.from({ length: 90 }, (_, index) => `... { c${index}: changes { before after } }`).join(' ');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  const query = encodeURIComponent(`subscription { catalogueChanged { ${many} } }`);
  socket.write(`GET /graphql?query=${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  while (responses[before]?.headersSent !== true) await new Promise(setImmediate);
  const unread = responses[before];
  if (unread === undefined) throw new Error('no subscription');
  let held = 0;
  // The operating system takes in the first few megabytes, for its reader; then the stream waits, and nobody takes of it.
  for (let round = 0; !unread.destroyed; round++) {
    await change('nvidia-v100-sxm2-32gb', round % 2 === 0 ? 'Retire' : 'Restore');
    held = Math.max(held, unread.writableLength);
    // The answer to one event takes a busy server as long as dozens of changes, and those would become one event.
    await setTimeout(10);
  }
  expect(held).toBeLessThan(2_000_000);
  await change('nvidia-t4-16gb');
  await reading.until(/nvidia-t4-16gb/);
  await reading.stop();
  socket.destroy();
});
