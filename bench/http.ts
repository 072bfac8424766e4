/**
 * What questions cost over HTTP: the server as `npm start` runs it with `LOG=json` (guarded), the same answers without limits,
 * log and metrics (bare), and a yoga "hello" that returns as many bytes. Same machine, same run, turn and turn about. Prints the
 * server's CPU time a request (what capacity depends on) and the wall time on one connection (what a caller waits).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Many short rounds: neighbouring ones share whatever else the machine is doing. */
const rounds = Number(process.argv[2] ?? 100);
const requestsPerRound = 60;
const processesOfEach = 3;

const thirtyFields = `query Bench($model: ID!, $tokens: Int!) {
  estimate(model: $model, hardware: "H100", tokens: $tokens, batch: 16, promptTokens: 512, options: { devices: 4 }) {
    summary bottleneck catalogueRevision
    model { id name }
    hardware { id name }
    memory {
      fits weightsGiB kvCacheGiB activationsGiB overheadGiB totalGiB
      perDeviceGiB usablePerDeviceGiB headroomPerDeviceGiB maxBatch maxContextTokens
    }
    latency { timeToFirstTokenMs timePerOutputTokenMs endToEndMs baseMs perTokenMs }
    throughput { outputTokensPerSecond outputTokensPerSecondPerSequence requestsPerSecond }
    cost { usdPerRequest usdPerMillionTokensBlended usdPerHour basis { provider } }
  }
}`;

const summary = `query Bench($model: ID!, $tokens: Int!) {
  estimate(model: $model, hardware: "H100", tokens: $tokens, batch: 16) { summary }
}`;

interface BenchServer {
  port: number;
  cpuMicroseconds(): Promise<number>;
  stop(): void;
}

/** Per request. */
interface Cost {
  'server CPU': number;
  wall: number;
}

interface Side {
  side: 'guarded' | 'bare' | 'hello';
  server: BenchServer;
  body: () => string;
  costs: Cost[];
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
for (const [name, query] of Object.entries({ '30 fields': thirtyFields, summary })) await compare(name, query);
agent.destroy();

async function compare(name: string, query: string): Promise<void> {
  // Different questions every time, as people ask them: nothing can be answered from a cache of answers.
  let asked = 0;
  const ask = () => JSON.stringify({ query, variables: { model: 'llama-3.1-70b', tokens: 100 + (asked++ % 900) } });
  const example = await answerOf(ask());
  const bytes = Buffer.byteLength(example);
  const hello = () => JSON.stringify({ query: '{ hello }' });
  // Several processes of each: which code one happens to compile how makes a twentieth.
  const sides: Side[] = [];
  for (let process = 0; process < processesOfEach; process++) {
    sides.push({ side: 'guarded', server: await startServer('guarded'), body: ask, costs: [] });
    sides.push({ side: 'bare', server: await startServer('bare'), body: ask, costs: [] });
    sides.push({ side: 'hello', server: await startServer('hello', String(bytes)), body: hello, costs: [] });
  }
  // Some rounds of each to warm up, then turn and turn about.
  for (let round = 0; round < 40; round++) for (const { server, body } of sides) await measure(server, body);
  for (let round = 0; round < rounds; round++) {
    for (const { server, body, costs } of sides) costs.push(await measure(server, body));
  }
  for (const { server } of sides) server.stop();

  console.log(
    `${name}: ${bytes} bytes a reply; medians of ${rounds} rounds of ${requestsPerRound} requests to ${processesOfEach} processes of each`,
  );
  for (const what of ['server CPU', 'wall'] as const) {
    const costOf = (side: Side['side']) => {
      const processes = sides.filter((one) => one.side === side);
      return median(processes.map(({ costs }) => median(costs.map((round) => round[what]))));
    };
    for (const side of ['guarded', 'bare', 'hello'] as const) {
      const ratios = (['bare', 'hello'] as const).map(
        (other) => `${(costOf(side) / costOf(other)).toFixed(3)} x ${other}`,
      );
      console.log([what.padEnd(12), side.padEnd(8), `${costOf(side).toFixed(0)} µs`, ...ratios].join('  '));
    }
  }
}

async function answerOf(question: string): Promise<string> {
  const server = await startServer('guarded');
  const answer = await post(server.port, question);
  server.stop();
  if (answer.includes('"errors"')) throw new Error(answer);
  return answer;
}

async function measure(server: BenchServer, body: () => string): Promise<Cost> {
  const cpuBefore = await server.cpuMicroseconds();
  const started = performance.now();
  for (let count = 0; count < requestsPerRound; count++) await post(server.port, body());
  const wall = (performance.now() - started) * 1000;
  const cpu = (await server.cpuMicroseconds()) - cpuBefore;
  return { 'server CPU': cpu / requestsPerRound, wall: wall / requestsPerRound };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Its log goes to a file, as it would with a supervisor. */
async function startServer(...words: string[]): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calculator-bench-'));
  const log = openSync(join(folder, 'log'), 'w');
  const child = fork(join(import.meta.dirname, 'httpServer.ts'), [folder, ...words], {
    stdio: ['ignore', log, 'inherit', 'ipc'],
  });
  closeSync(log);
  child.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    async cpuMicroseconds() {
      const reply = once(child, 'message');
      child.send('cpu');
      const [microseconds] = (await reply) as [number];
      return microseconds;
    },
    stop: () => child.kill(),
  };
}

/** node:http rather than fetch: the client shares the machine, so it should cost as little as it can. */
function post(port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent, headers };
    const outgoing = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
