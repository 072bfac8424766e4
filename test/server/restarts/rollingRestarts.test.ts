import { copyFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';
import { readyProxy } from './readyProxy.ts';

const timeout = 240_000;

const estimates = Array.from({ length: 40 }, (_, index) => `a${index}: estimate(tokens: ${index + 1}) { summary }`);
const queries = [
  '{ __typename }',
  '{ estimate(model: "7B", hardware: "T4") { summary } }',
  '{ models(first: 50) { nodes { id name developer } } }',
  `{ ${estimates.join(' ')} }`,
];

test('behind a proxy that watches /ready, five rolling restarts under load fail no request', { timeout }, async () => {
  const { asked, changed, failures } = await restartUnderLoad({ restarts: 5, workers: [1, 1] });
  expect(failures).toEqual([]);
  expect(asked).toBeGreaterThan(1000);
  expect(changed).toBeGreaterThan(20);
});

test('neither does the restart of a server of two workers', { timeout }, async () => {
  const { asked, failures } = await restartUnderLoad({ restarts: 1, workers: [2, 1] });
  expect(failures).toEqual([]);
  expect(asked).toBeGreaterThan(200);
});

/** Two servers on one database take turns to restart, each when the one before is ready again. */
async function restartUnderLoad({ restarts, workers }: { restarts: number; workers: [number, number] }) {
  const databaseUrl = join(temporaryFolder(), 'calculator.db');
  copyFileSync(inject('seededDatabase'), databaseUrl);
  const proxy = await readyProxy();
  const start = async (count: number): Promise<RunningServer> => {
    const server = await startServer({ DATABASE_URL: databaseUrl, SHUTDOWN_DELAY: '1', WORKERS: String(count) });
    await proxy.add(server.origin);
    return server;
  };
  const first = await start(workers[0]);
  const key = await first.firstKey();
  const servers = [first, await start(workers[1])];
  const load = startClients(proxy.origin, key);

  for (let count = 0; count < restarts; count++) {
    const index = count % servers.length;
    const { origin, stop } = servers[index] ?? first;
    expect(await stop()).toMatchObject({ code: 0, stderr: '' });
    proxy.remove(origin);
    servers[index] = await start(workers[index] ?? 1);
  }

  const counted = await load.stop();
  await Promise.all(servers.map((server) => server.stop()));
  await proxy.close();
  return counted;
}

/** Clients that keep their connection and ask one thing after the other; each 20th is a change. */
function startClients(origin: string, key: string) {
  const counted = { asked: 0, changed: 0, failures: [] as string[] };
  let stopped = false;
  const client = async (number: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; !stopped; count++) {
      const changes = count % 20 === 19;
      const retired = Math.floor(count / 20) % 2 === 0 ? 'hardwareRetire' : 'hardwareRestore';
      const card = ['nvidia-l4-24gb', 'nvidia-t4-16gb', 'nvidia-a10-24gb', 'nvidia-a2-16gb'][number];
      const query = changes
        ? `mutation { ${retired}(id: "${card}") { __typename } }`
        : (queries[count % queries.length] ?? '');
      const answer = await ask(origin, agent, query, key).catch(String);
      counted.asked += 1;
      if (answer.startsWith('200 {"data":{') && !answer.includes('Error"')) counted.changed += changes ? 1 : 0;
      else counted.failures.push(answer.slice(0, 300));
      await wait(5);
    }
    agent.destroy();
  };
  const ended = Promise.all([0, 1, 2, 3].map(client));
  return {
    async stop() {
      stopped = true;
      await ended;
      return counted;
    },
  };
}

/** Status and body. */
function ask(origin: string, agent: Agent, query: string, key: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const asked = request(`${origin}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject).once('end', () => resolve(`${response.statusCode} ${text}`));
    });
    asked.once('error', reject).end(JSON.stringify({ query }));
  });
}
