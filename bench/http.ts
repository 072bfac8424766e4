/**
 * What one `estimate` of 30 fields costs over HTTP, beside a yoga "hello" that returns as many bytes: same machine,
 * same run, turn and turn about. Prints the server's CPU time a request (what capacity depends on) and the wall time a
 * request on one connection (what a caller waits).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const rounds = 25;
const requestsPerRound = 500;

const estimateQuery = `query Bench($model: ID!, $tokens: Int!) {
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

interface BenchServer {
  port: number;
  cpuMicroseconds(): Promise<number>;
  stop(): void;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const calculator = await startBenchServer('estimate');
// Different questions every time, as people ask them: nothing can be answered from a cache of answers.
let asked = 0;
const estimateBody = () =>
  JSON.stringify({ query: estimateQuery, variables: { model: 'llama-3.1-70b', tokens: 100 + (asked++ % 900) } });
const example = await post(calculator.port, estimateBody());
if (example.includes('"errors"')) throw new Error(example);
const hello = await startBenchServer('hello', String(Buffer.byteLength(example)));
const helloBody = () => JSON.stringify({ query: '{ hello }' });

const results = { estimate: [] as Cost[], hello: [] as Cost[] };
// Some rounds of each to warm up, then turn and turn about.
for (let round = 0; round < 6; round++) {
  await measure(calculator, estimateBody);
  await measure(hello, helloBody);
}
for (let round = 0; round < rounds; round++) {
  results.estimate.push(await measure(calculator, estimateBody));
  results.hello.push(await measure(hello, helloBody));
}
agent.destroy();
calculator.stop();
hello.stop();

console.log(`${Buffer.byteLength(example)} bytes a reply; medians of ${rounds} rounds of ${requestsPerRound} requests`);
console.log('               estimate     hello     ratio');
report('server CPU', ({ cpuMicroseconds }) => cpuMicroseconds);
report('wall', ({ wallMicroseconds }) => wallMicroseconds);

interface Cost {
  cpuMicroseconds: number;
  wallMicroseconds: number;
}

async function measure(server: BenchServer, body: () => string): Promise<Cost> {
  const cpuBefore = await server.cpuMicroseconds();
  const started = performance.now();
  for (let count = 0; count < requestsPerRound; count++) await post(server.port, body());
  const wall = (performance.now() - started) * 1000;
  const cpu = (await server.cpuMicroseconds()) - cpuBefore;
  return { cpuMicroseconds: cpu / requestsPerRound, wallMicroseconds: wall / requestsPerRound };
}

function report(title: string, pick: (cost: Cost) => number): void {
  const estimate = median(results.estimate.map(pick));
  const plain = median(results.hello.map(pick));
  // Neighbouring rounds share whatever else the machine was doing.
  const ratio = median(results.estimate.map((cost, round) => pick(cost) / pick(results.hello[round] ?? cost)));
  const cells = [`${estimate.toFixed(0)} µs`, `${plain.toFixed(0)} µs`, `${ratio.toFixed(2)} x`];
  console.log(title.padEnd(12) + cells.map((cell) => cell.padStart(11)).join(''));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function startBenchServer(...words: string[]): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'httpServer.ts'), words);
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
