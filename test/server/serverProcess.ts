import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inject } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A folder of this test's own, for databases and packs. */
export function temporaryFolder(): string {
  return mkdtempSync(join(inject('temporaryFolders'), 'test-'));
}

/** What a finished process said and how it ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface SpawnOptions {
  words?: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** A command that runs the one after it: a shell that sets limits first. */
  through?: readonly string[];
}

/** Runs a file of the project as `npm start` and `npm run calc` do, under the same Node. */
export function spawnProject(
  file: string,
  { words = [], environment, through = [] }: SpawnOptions,
): { child: ChildProcess; ended: Promise<Ended>; stdout(): string } {
  const [command = process.execPath, ...others] = [...through, process.execPath, resolve(root, file), ...words];
  const child = spawn(command, others, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return { child, ended, stdout: () => stdout };
}

interface Answered {
  data?: unknown;
  errors?: unknown;
}

export interface RunningServer {
  /** http://127.0.0.1:PORT */
  origin: string;
  /** The line it announced itself with. */
  announcement: string;
  /** The key for writing that a first start leaves beside its database; waits for it. */
  ask(query: string): Promise<Answered>;
  firstKey(): Promise<string>;
  /** What it has written until now. */
  stdout(): string;
  child: ChildProcess;
  ended: Promise<Ended>;
  stop(): Promise<Ended>;
}

/** Starts `src/server.ts` on a free port and waits for its announcement. */
export async function startServer(
  environment: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): Promise<RunningServer> {
  const options = { environment: { PORT: '0', SHUTDOWN_DELAY: '0', ...environment }, through };
  const { child, ended, stdout } = spawnProject('src/server.ts', options);
  const announced = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const [line, rest] = stdout().split('\n', 2);
      if (rest !== undefined) resolve(line ?? '');
    });
  });
  const first = await Promise.race([announced, ended]);
  if (typeof first !== 'string') throw new Error(`the server ended with code ${first.code}: ${first.stderr}`);
  const origin = /(http:\/\/\S+)\/graphql/.exec(first)?.[1];
  if (origin === undefined) throw new Error(`no address in "${first}"`);
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  const firstKey = async () => {
    for (;;) {
      const path = /^Key for writing: in (.+); read it/m.exec(stdout())?.[1];
      if (path !== undefined) return readFileSync(resolve(root, path), 'utf8').trim();
      if (child.exitCode !== null) throw new Error('the server ended without making a key');
      await wait(10);
    }
  };
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return (await response.json()) as Answered;
  };
  return { origin, announcement: first, ask, firstKey, stdout, child, ended, stop };
}
