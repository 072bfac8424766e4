/**
 * A day in a few minutes: 200,000 mixed requests to a server of its own (`npm run soak`, or `npm run soak -- 50000`). The
 * heap after a collection must end within 20 MB of where it stood after the first tenth, and no request may fail. Caches are full
 * after some 10,000 requests: a short run tells whether requests fail, and little about the heap.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { openRegistry } from '../../src/registry/registry.ts';
import { mixedRequests } from './mixedRequests.ts';

const requests = Number(process.argv[2] ?? 200_000);
const clients = 24;
const mostGrowthBytes = 20e6;

const folder = mkdtempSync(join(tmpdir(), 'calculator-soak-'));
const databasePath = join(folder, 'calculator.db');
const registry = await openRegistry({ databasePath, packs: [] });
const key = await registry.keys.create('soak');
const { model, hardware } = registry.catalogue();
const [models, devices] = [model.all().map(({ id }) => id), hardware.all().map(({ id }) => id)];
await registry.close();

const server = fork(join(import.meta.dirname, 'soakServer.ts'), {
  execArgv: ['--expose-gc'],
  env: { PORT: '0', DATABASE_URL: databasePath, TRUST_PROXY: '1', RATE_LIMIT: '1000000', SHUTDOWN_DELAY: '0' },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const origin = await originOf(server);
const mix = mixedRequests({ origin, key, models, devices }, Math.random);
const counts = new Map<string, number>();
const failures: string[] = [];
const began = performance.now();

console.log(`${requests.toLocaleString('en-US')} requests of ${clients} clients at a time`);
let baseline = 0;
let heap = 0;
for (let tenth = 1; tenth <= 10; tenth++) {
  let left = Math.round(requests / 10);
  const client = async () => {
    while (left-- > 0) await sendOne();
  };
  await Promise.all(Array.from({ length: clients }, client));
  // Connections that clients broke off are noticed by then.
  await wait(500);
  heap = await heapBytes(server);
  if (tenth === 1) baseline = heap;
  const seconds = (performance.now() - began) / 1000;
  console.log(`${String(tenth * 10).padStart(3)} %  heap ${(heap / 1e6).toFixed(1)} MB  ${seconds.toFixed(0)} s`);
}
mix.end();
server.kill('SIGTERM');
const [code] = await once(server, 'exit');
rmSync(folder, { recursive: true });

for (const [outcome, count] of [...counts].sort()) console.log(`${String(count).padStart(8)}  ${outcome}`);
for (const failure of failures.slice(0, 10)) console.error(failure);
const growth = heap - baseline;
console.log(
  `the heap grew by ${(growth / 1e6).toFixed(1)} MB since the first tenth; at most ${mostGrowthBytes / 1e6} may be`,
);
console.log(`${failures.length} requests failed; the server ended with ${code}`);
process.exitCode = growth <= mostGrowthBytes && failures.length === 0 && code === 0 ? 0 : 1;

async function sendOne(): Promise<void> {
  try {
    const { kind, outcome } = await mix.next();
    const name = `${kind}: ${outcome}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (typeof outcome === 'number' && (outcome >= 500 || outcome === 0)) failures.push(name);
  } catch (error) {
    failures.push(String(error));
  }
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no output');
  for await (const line of createInterface(child.stdout)) {
    const found = /(http:\/\/\S+)\/graphql/.exec(line)?.[1];
    if (found !== undefined) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error('the server ended before it listened');
}

async function heapBytes(child: ChildProcess): Promise<number> {
  child.send('heap');
  const [bytes] = await once(child, 'message');
  return Number(bytes);
}
