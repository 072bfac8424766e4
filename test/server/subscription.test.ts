import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from './eventStream.ts';
import { type RunningServer, startServer, temporaryFolder } from './serverProcess.ts';

const environment = { DATABASE_URL: join(temporaryFolder(), 'calculator.db') };
let one: RunningServer;
let other: RunningServer;
let key: string;

beforeAll(async () => {
  one = await startServer(environment);
  key = await one.firstKey();
  other = await startServer(environment);
}, 120_000);

afterAll(async () => {
  await one?.stop();
  await other?.stop();
});

async function change(server: RunningServer, mutation: string, id: string): Promise<void> {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: `mutation { ${mutation}(id: "${id}") { __typename ... on Error { message } } }` }),
  });
  const payload = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`;
  expect(await response.json()).toEqual({ data: { [mutation]: { __typename: payload } } });
}

const changed = 'catalogueChanged { catalogueRevision changes { kind id action actor revision } }';

test('a listener hears of changes by its own server and by another one', async () => {
  const stream = await listen(one.origin, `subscription { ${changed} }`);
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  // The first beat is sent when the stream is open.
  await stream.until(/^:/);
  await change(other, 'hardwareRetire', 'nvidia-l4-24gb');
  await stream.until(/"action":"RETIRE","actor":"first","revision":2/);
  await change(one, 'hardwareRestore', 'nvidia-l4-24gb');
  await stream.until(/"action":"RESTORE"/);
  await stream.stop();
});

test('a listener who asked for one kind hears of no other', async () => {
  const stream = await listen(one.origin, `subscription { ${changed.replace('d {', 'd(kind: SCENARIO) {')} }`);
  await stream.until(/^:/);
  await change(other, 'hardwareRetire', 'nvidia-a10-24gb');
  await change(other, 'scenarioRetire', 'chatbot');
  const heard = await stream.until(/"id":"chatbot"/);
  expect(heard).not.toContain('nvidia-a10-24gb');
  await stream.stop();
});

test('a listener names one profile by an alias in any case, without its kind, and hears of no other', async () => {
  const stream = await listen(one.origin, `subscription { ${changed.replace('d {', 'd(id: "l40S") {')} }`);
  await stream.until(/^:/);
  await change(other, 'hardwareRetire', 'nvidia-t4-16gb');
  await change(other, 'hardwareRetire', 'nvidia-l40s-48gb');
  const heard = await stream.until(/"id":"nvidia-l40s-48gb"/);
  expect(heard).not.toContain('nvidia-t4-16gb');
  await stream.stop();
});

test.each([
  { named: 'kind: HARDWARE, id: "H1000"', kind: 'hardware', suggestion: 'nvidia-h100-sxm-80gb' },
  { named: 'id: "lama-2-7b"', kind: 'profile', suggestion: 'llama-2-7b' },
  { named: 'kind: MODEL, id: "L40S"', kind: 'model', suggestion: null },
])('a listener to nothing that exists is told so: $named', async ({ named, kind, suggestion }) => {
  const stream = await listen(one.origin, `subscription { ${changed.replace('d {', `d(${named}) {`)} }`);
  const data = /^data: (\{.*\})$/m.exec(await stream.toEnd())?.[1] ?? '';
  const { errors } = JSON.parse(data);
  expect(errors).toMatchObject([{ extensions: { code: 'UNKNOWN_PROFILE', argument: 'id' } }]);
  expect(errors[0].message).toContain(`No ${kind} is called`);
  if (suggestion !== null) expect(errors[0].extensions.suggestions).toContain(suggestion);
});

test('a server that stops ends its streams and does not wait for their listeners', async () => {
  const own = await startServer(environment);
  const stream = await listen(own.origin, `subscription { ${changed} }`);
  await stream.until(/^:/);
  const stopped = own.stop();
  expect(await stream.toEnd()).toContain('event: complete');
  expect(await stopped).toMatchObject({ code: 0, signal: null, stderr: '' });
});
