/**
 * `node bench/registry.ts [PROFILES]`. What 10,000 profiles of users cost: look-ups and estimates beside the plain catalogue,
 * the reads that follow a change, how soon another process sees one, and creations acknowledged a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { execute, parse } from 'graphql';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { requestContext } from '../src/schema/context.ts';
import { buildSchema } from '../src/schema/index.ts';

const userProfiles = Number(process.argv[2] ?? 10_000);
const rounds = 41;
const folder = mkdtempSync(join(tmpdir(), 'calculator-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const createCard = `mutation ($id: ID!, $key: String) {
  hardwareCreate(idempotencyKey: $key, input: {
    id: $id, name: "Bench card", vendor: "NVIDIA", kind: GPU, family: "nvidia-ada", architecture: "Ada", formFactor: "PCIe"
    memory: { memoryGiB: 48, memoryKind: "GDDR6", memoryBandwidthGBPerSecond: 900, source: { title: "Made up", known: ASSUMED } }
    compute: { denseFp16Tflops: 200, denseBf16Tflops: 200, source: { title: "Made up", known: ASSUMED } }
  }) { __typename ... on Error { message } }
}`;

const sources = { guess: { title: 'Made up for this bench', known: 'assumed' } };
const schema = buildSchema();
const question = parse(
  'query ($tokens: Int!) { estimate(model: "llama-3.1-70b", hardware: "H100", tokens: $tokens, options: { devices: 4 }) ' +
    '{ summary memory { totalGiB } latency { endToEndMs } cost { usdPerRequest } basis { method } } }',
);
let tokens = 0;

const plain = await openRegistry({ databasePath: join(folder, 'plain.db') });
const path = join(folder, 'full.db');
const full = await openRegistry({ databasePath: path });
const other = await openRegistry({ databasePath: path });
const started = performance.now();
for (let count = 0; count < userProfiles; count++) await create(full, count);
console.log(
  `${userProfiles} creations in one process: ${perSecond(userProfiles, performance.now() - started)} a second`,
);

readCosts();
await stepCosts();
full.close();
other.close();
plain.close();
await overHttp();
await bulkCosts();

/** A mix as people make it: mostly prices, then devices and models. */
async function create({ write }: Pick<Registry, 'write'>, count: number): Promise<void> {
  const common = { actor: 'bench', idempotencyKey: `bench-${count}` };
  if (count % 10 === 0) {
    const memory = { memoryGiB: 48, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 900, source: 'guess' };
    const compute = { denseFp16Teraflops: 200, denseBf16Teraflops: 200, source: 'guess' };
    const words = {
      vendor: 'NVIDIA',
      kind: 'gpu',
      family: 'nvidia-ada',
      architecture: 'Ada Lovelace',
      formFactor: 'PCIe',
    };
    const facts = {
      name: `Bench card ${count}`,
      aliases: [`bench ${count}`],
      ...words,
      memory,
      compute,
      confidence: 'low',
      sources,
    };
    await write.create({ kind: 'hardware', id: `bench-card-${count}`, facts, ...common });
  } else if (count % 10 === 1) {
    const facts = { name: `Bench ${count}`, developer: 'Bench', contextTokens: 8192, source: 'guess', sources };
    await write.create({ kind: 'model', id: `bench-model-${count}`, facts, ...common });
  } else {
    await write.create({ kind: 'offer', id: `bench-offer-${count}`, facts: offerFacts(`x${count}`), ...common });
  }
}

function offerFacts(instance: string): object {
  const terms = { basis: 'hardware-hour', provider: 'Bench', hardware: 'nvidia-l4-24gb', pricing: 'on-demand' };
  const rest = { instance, devices: 1, usdPerHour: 0.7, region: 'eu', effectiveFrom: '2026-10-01' };
  return { ...terms, ...rest, source: 'guess', sources };
}

function readCosts(): void {
  const lookUp = ({ catalogue }: Registry) => {
    for (let count = 0; count < 2000; count++) {
      const { model, hardware } = catalogue();
      model.get('Meta-Llama/llama-3.1-8B');
      hardware.get('H100');
      hardware.find('nvidia-t4-16gb');
    }
    return 6000;
  };
  const estimate = (registry: Registry) => estimates(registry, 50);
  for (const [title, work] of [
    ['look-up', lookUp],
    ['estimate', estimate],
  ] as const) {
    const costs: { plain: number[]; full: number[] } = { plain: [], full: [] };
    for (let round = 0; round < rounds; round++) {
      costs.plain.push(microseconds(() => work(plain)));
      costs.full.push(microseconds(() => work(full)));
    }
    const ratio = median(costs.full.map((cost, round) => cost / (costs.plain[round] ?? cost)));
    const shown = [median(costs.plain), median(costs.full)].map((cost) => `${cost.toFixed(2)} µs`);
    console.log(
      `${title}: plain ${shown[0]}, with ${userProfiles} user profiles ${shown[1]}, ${ratio.toFixed(3)} times`,
    );
  }
}

function estimates(registry: Registry, times: number): number {
  for (let count = 0; count < times; count++) {
    const variableValues = { tokens: 100 + (tokens++ % 900) };
    const contextValue = requestContext(registry);
    const result = execute({ schema, document: question, variableValues, contextValue });
    if (!('data' in result) || result.errors) throw new Error(JSON.stringify(result));
  }
  return times;
}

/** What one change costs its writer and the reads that follow it, here and in another process. */
async function stepCosts(): Promise<void> {
  const writes: number[] = [];
  const reads: { here: number[]; there: number[]; later: number[] } = { here: [], there: [], later: [] };
  const estimate = (registry: Registry) => microseconds(() => estimates(registry, 1));
  for (let count = 0; count < 600; count++) {
    const begun = performance.now();
    await create(full, userProfiles + count);
    writes.push((performance.now() - begun) * 1000);
    reads.here.push(estimate(full));
    reads.there.push(estimate(other));
    reads.later.push(estimate(full));
  }
  const shown = (costs: readonly number[]) =>
    `${median(costs).toFixed(0)} µs (slowest ${Math.max(...costs).toFixed(0)})`;
  console.log(`a change, commit and new catalogue: ${shown(writes)}`);
  console.log(
    `the next estimate: ${shown(reads.here)}, of another process: ${shown(reads.there)}, one after it: ${shown(reads.later)}`,
  );
}

/** Thousands of rows at once are taken in between reads: how long that holds the process, and what a read then costs. */
async function bulkCosts(): Promise<void> {
  const [writer, reader] = [await openRegistry({ databasePath: path }), await openRegistry({ databasePath: path })];
  for (const registry of [writer, reader]) estimates(registry, 50);
  const requests = Array.from({ length: userProfiles }, (_, count) => ({
    kind: 'offer',
    id: `bulk-${count}`,
    facts: offerFacts(`bulk-${count}`),
    actor: 'bench',
  }));
  await writer.write.createAll({ kind: 'offer', requests });
  const read = microseconds(() => estimates(reader, 1));
  const watcher = new Promise<number>((resolve) => {
    // The timer's turn: from the one before it to the catalogue being there.
    let turn = performance.now();
    const ticking = setInterval(() => {
      turn = performance.now();
    }, 1);
    reader.onChange(() => {
      clearInterval(ticking);
      resolve(performance.now() - turn);
    });
  });
  const milliseconds = await watcher;
  const next = microseconds(() => estimates(reader, 1));
  console.log(
    `${userProfiles} rows of another process at once: a read before they are taken in ${read.toFixed(0)} µs, taking them in ` +
      `${milliseconds.toFixed(0)} ms, the read after it ${next.toFixed(0)} µs`,
  );
  writer.close();
  reader.close();
}

async function overHttp(): Promise<void> {
  const registry = await openRegistry({ databasePath: path });
  const key = await registry.keys.create('bench');
  await registry.close();
  const servers = [await startServer(), await startServer()];
  try {
    await creationsPerSecond(servers[0]?.port ?? 0, key);
    await visibility(
      servers.map(({ port }) => port),
      key,
    );
  } finally {
    for (const { child } of servers) child.kill();
  }
}

async function creationsPerSecond(port: number, key: string): Promise<void> {
  const seconds = 6;
  let acknowledged = 0;
  const end = performance.now() + seconds * 1000;
  const client = async (name: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; performance.now() < end; count++) {
      const answer = await post(
        port,
        { query: createCard, variables: cardVariables(`http-${name}-${count}`) },
        agent,
        key,
      );
      if (!answer.includes('HardwareCreatePayload')) throw new Error(answer);
      acknowledged += 1;
    }
    agent.destroy();
  };
  const begun = performance.now();
  await Promise.all([0, 1, 2, 3].map(client));
  const rate = perSecond(acknowledged, performance.now() - begun);
  console.log(
    `hardwareCreate over HTTP, 4 clients, synchronous=FULL: ${rate} acknowledged a second; bare commits on the same ` +
      `disk just after: ${bareCommitsPerSecond()} a second`,
  );
}

/** What the disk allows: one row of the size of a profile a transaction. */
function bareCommitsPerSecond(): string {
  const database = new Database(join(folder, 'bare.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE row (text TEXT)');
  const insert = database.prepare('INSERT INTO row VALUES (?)');
  const begun = performance.now();
  let commits = 0;
  for (; performance.now() - begun < 3000; commits++) insert.run('x'.repeat(2000));
  database.close();
  return perSecond(commits, performance.now() - begun);
}

/** From the acknowledgement by one server to the first answer of the other that knows the card. */
async function visibility(ports: readonly number[], key: string): Promise<void> {
  const agents = ports.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const delays: number[] = [];
  for (let count = 0; count < 100; count++) {
    const id = `seen-${count}`;
    await post(ports[0] ?? 0, { query: createCard, variables: cardVariables(id) }, agents[0], key);
    const acknowledged = performance.now();
    const query = `{ estimate(model: "llama-3.1-8b", hardware: "${id}") { hardware { id } } }`;
    while (!(await post(ports[1] ?? 0, { query }, agents[1])).includes(`"id":"${id}"`)) await wait(1);
    delays.push(performance.now() - acknowledged);
  }
  for (const agent of agents) agent.destroy();
  console.log(
    `estimate on it in another process: median ${median(delays).toFixed(1)} ms after the answer, slowest ${Math.max(...delays).toFixed(1)} ms`,
  );
}

async function startServer(): Promise<{ child: ChildProcess; port: number }> {
  const environment = { ...process.env, DATABASE_URL: path, PORT: '0' };
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server.ts')], { env: environment, stdio });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(/:(\d+)\/graphql/.exec(line.toString())?.[1]) };
}

function cardVariables(id: string): object {
  return { id, key: id };
}

function post(port: number, body: object, agent: Agent | undefined, key?: string): Promise<string> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
    const options = { host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers, ...(agent && { agent }) };
    const outgoing = request(options, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => resolve(answer));
    });
    outgoing.on('error', reject).end(text);
  });
}

function microseconds(work: () => number): number {
  const begun = performance.now();
  const times = work();
  return ((performance.now() - begun) * 1000) / times;
}

function perSecond(count: number, milliseconds: number): string {
  return ((count * 1000) / milliseconds).toFixed(0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
