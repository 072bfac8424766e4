import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer } from '../serverProcess.ts';

export interface Damage {
  /** Whether the server still runs afterwards. */
  alive: boolean;
  /** Of `/health`, asked by somebody else meanwhile, in milliseconds. */
  healthP99Ms: number;
  healthSlowestMs: number;
  /** Resident memory after the attack, less before it, in bytes. */
  growthBytes: number;
}

/** Asks `/health` every few milliseconds while an attack runs, as a load balancer and other clients would. */
export async function underAttack(server: RunningServer, attack: () => Promise<unknown>): Promise<Damage> {
  const agent = new Agent({ keepAlive: true });
  const before = residentBytes(server);
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
    growthBytes: alive ? residentBytes(server) - before : 0,
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

/** Linux tells it in /proc; 0 elsewhere, where memory is not compared. */
function residentBytes({ child }: RunningServer): number {
  if (process.platform !== 'linux') return 0;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return 1024 * Number(kilobytes ?? 0);
}
