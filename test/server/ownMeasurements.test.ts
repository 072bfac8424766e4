import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from './serverProcess.ts';

const folder = temporaryFolder();
let recorder: RunningServer;
let reader: RunningServer;
let key: string;
beforeAll(async () => {
  const environment = { DATABASE_URL: join(folder, 'calculator.db') };
  recorder = await startServer(environment);
  key = await recorder.firstKey();
  reader = await startServer(environment);
});
afterAll(async () => {
  await Promise.all([recorder?.stop(), reader?.stop()]);
  rmSync(folder, { recursive: true });
});

async function ask(server: RunningServer, query: string) {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  expect(errors).toBeUndefined();
  return data;
}

const question = `{
  estimate(model: "llama-3.1-8b", hardware: "L40S", promptTokens: 1024, tokens: 128, batch: 16, options: { runtime: "vllm" }) {
    latency { timeToFirstTokenMs timePerOutputTokenMs endToEndMs }
    basis { method evidence calibration { timePerOutputTokenFactor measurements { id } } }
  }
}`;

/** The reader's estimate once it rests on `measurements` of one's own. */
async function estimateResting(measurements: readonly string[]) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { estimate } = await ask(reader, question);
    const found = (estimate.basis.calibration?.measurements ?? []).map(({ id }: { id: string }) => id);
    if (found.join() === measurements.join()) return estimate;
    if (Date.now() > deadline) throw new Error(`the estimate still rests on [${found.join()}]`);
    await wait(20);
  }
}

test('what one process records moves the estimates of another, and retiring it there takes it back exactly', async () => {
  const before = await estimateResting([]);
  const recorded = await ask(
    recorder,
    `mutation { measurementRecord(input: {
      id: "l40s-16", model: "llama-3.1-8b", hardware: "L40S", runtime: "vllm", runtimeVersion: "0.14.1", weights: "bf16"
      concurrency: 16, promptTokens: 1024, outputTokens: 128, date: "2026-11-20"
      timeToFirstTokenMs: 400, timePerOutputTokenMs: 37, timePerOutputTokenDefinition: EXCLUDES_FIRST
    }) { __typename ... on Error { message } } }`,
  );
  expect(recorded).toEqual({ measurementRecord: { __typename: 'MeasurementRecordPayload' } });

  const moved = await estimateResting(['l40s-16']);
  expect(moved.latency.timeToFirstTokenMs).toBeCloseTo(400, 6);
  expect(moved.latency.timePerOutputTokenMs).toBeCloseTo(37, 6);
  expect(moved.basis.method).toBe('MEASURED_NEIGHBOUR');
  expect((await ask(recorder, question)).estimate).toEqual(moved);

  await ask(reader, 'mutation { measurementRetire(id: "l40s-16") { __typename } }');
  expect((await ask(reader, question)).estimate).toEqual(before);
  await ask(recorder, 'mutation { measurementRestore(id: "l40s-16") { __typename } }');
  expect(await estimateResting(['l40s-16'])).toEqual(moved);
  await ask(recorder, 'mutation { measurementRetire(id: "l40s-16") { __typename } }');
  expect(await estimateResting([])).toEqual(before);
});
