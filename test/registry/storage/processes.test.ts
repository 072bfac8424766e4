import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openSmallRegistry, smallPack, temporaryFolder } from '../packs/smallPack.ts';
import { hostedModel } from '../profileFacts.ts';
import { expectConsistent } from './consistency.ts';

/** Starts a process that creates models until it is killed. */
function startWriter(database: string, seeds: string, prefix: string) {
  const script = join(import.meta.dirname, 'writerProcess.ts');
  const child = spawn(process.execPath, [script, database, seeds, prefix], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { acknowledged: '', complaints: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.acknowledged += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.complaints += text));
  return { child, output };
}

async function acknowledgedBy({ child, output }: ReturnType<typeof startWriter>): Promise<string[]> {
  await killed(child);
  expect(output.complaints).toBe('');
  return output.acknowledged.split('\n').slice(0, -1);
}

async function killed(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

test('nothing acknowledged is lost: three processes start on one new file, write, and are killed', async () => {
  const path = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const acknowledged: string[] = [];
  for (const round of [1, 2]) {
    const writers = ['a', 'b', 'c'].map((prefix) => startWriter(path, seeds, `${prefix}${round}`));
    const busy = () => writers.every(({ output }) => output.acknowledged.split('\n').length > 20);
    while (!busy()) {
      for (const { child, output } of writers) expect(child.exitCode, output.complaints).toBeNull();
      await wait(5);
    }
    for (const writer of writers) acknowledged.push(...(await acknowledgedBy(writer)));
  }

  const { catalogue, write } = await openSmallRegistry(path, seeds);
  expect(acknowledged.length).toBeGreaterThan(120);
  expect(acknowledged.filter((id) => !catalogue().model.has(id))).toEqual([]);

  // A client that never saw the answer asks again, and gets the answer it would have had.
  const [id = ''] = acknowledged;
  const actor = id.replace(/-\d+$/, '');
  const replay = await write.create({ kind: 'model', id, facts: hostedModel(id), actor, idempotencyKey: id });
  expect(replay).toMatchObject({ id, revision: 1 });

  expectConsistent(path);
});
