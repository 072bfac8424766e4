/**
 * From `node src/server.ts` to the first answered query, on an empty and on a seeded database, and the memory the
 * server then holds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const seededStarts = 5;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'calculator-bench-'));
const databaseUrl = join(folder, 'calculator.db');

try {
  print('empty database', await start());
  const seeded: Start[] = [];
  for (let count = 0; count < seededStarts; count++) seeded.push(await start());
  const [median] = seeded.toSorted((a, b) => a.seconds - b.seconds).slice(Math.floor(seededStarts / 2));
  if (median) print(`seeded database, median of ${seededStarts}`, median);
} finally {
  rmSync(folder, { recursive: true });
}

interface Start {
  seconds: number;
  residentMegabytes: number | null;
}

async function start(): Promise<Start> {
  const started = performance.now();
  const server = spawn(process.execPath, ['src/server.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const endpoint = /http:\/\/\S+/.exec(line)?.[0] ?? line;
  const response = await fetch(`${endpoint}?query=${encodeURIComponent('{ estimate { summary } }')}`);
  const reply = await response.text();
  const seconds = (performance.now() - started) / 1000;
  if (reply.includes('"errors"')) throw new Error(reply);
  const residentMegabytes = residentMemoryMegabytes(server.pid);
  server.kill();
  await once(server, 'exit');
  return { seconds, residentMegabytes };
}

/** Linux only; null elsewhere. */
function residentMemoryMegabytes(pid: number | undefined): number | null {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return null;
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1];
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
}

function print(title: string, { seconds, residentMegabytes }: Start): void {
  const memory = residentMegabytes === null ? '' : `, ${residentMegabytes.toFixed(0)} MB resident`;
  console.log(`${title}: first answer after ${seconds.toFixed(2)} s${memory}`);
}
