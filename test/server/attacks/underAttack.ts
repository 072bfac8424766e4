import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer } from '../serverProcess.ts';

/** Of a server that has less memory than most machines give a process, and tells what it holds. */
export const attacked = {
  NODE_OPTIONS: `--max-old-space-size=400 --expose-gc --import=${import.meta.dirname}/tellHeld.ts`,
  RATE_LIMIT: 'off',
};

export interface Damage {
  /** Whether the server still runs afterwards. */
  alive: boolean;
  /** Of `/health`, asked by somebody else meanwhile, in milliseconds. */
  healthP99Ms: number;
  healthSlowestMs: number;
  /** Memory that the server holds after the attack, less before it, in bytes. */
  growthBytes: number;
}

/** Asks `/health` every few milliseconds while an attack runs, as a load balancer and other clients would. */
export async function underAttack(server: RunningServer, attack: () => Promise<unknown>): Promise<Damage> {
  const agent = new Agent({ keepAlive: true });
  const before = await heldBytes(server);
  const times: number[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      times.push(await healthMs(server.origin, agent));
      await wait(5);
    }
  })();
  try {
    await attack();
  } finally {
    over = true;
    await watching;
    agent.destroy();
  }
  times.sort((one, other) => one - other);
  const alive = server.child.exitCode === null && server.child.signalCode === null;
  return {
    alive,
    healthP99Ms: times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY,
    healthSlowestMs: times.at(-1) ?? Number.POSITIVE_INFINITY,
    growthBytes: alive ? (await heldBytes(server)) - before : 0,
  };
}

function healthMs(origin: string, agent: Agent): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/health`, { agent }, (response) => {
      response.resume().once('end', () => resolve(performance.now() - began));
    });
    asked.once('error', reject).end();
  });
}

/** What is left after a collection, in bytes. */
async function heldBytes(server: RunningServer): Promise<number> {
  const told = server.stdout().length;
  server.child.kill('SIGUSR2');
  for (;;) {
    const held = /^held (\d+)$/m.exec(server.stdout().slice(told))?.[1];
    if (held !== undefined) return Number(held);
    if (server.child.exitCode !== null) return Number.POSITIVE_INFINITY;
    await wait(5);
  }
}
