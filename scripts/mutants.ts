// Puts small faults into the physics and the calculator, one at a time, and counts those that some test notices:
// npm run mutants -- [--count 300] [--seed 1] [--files src/engine/model] [--workers 2]
//
// --files takes folders, files, and lines of files (src/engine/roofline.ts:42): whether a new test notices a survivor.
// Everything happens in temporary copies. Survivors are listed: each is a test that is missing, or code that is.
import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf } from './mutants/mutations.ts';

/** Far more than the tests take without a fault: a loop that never ends is a fault that was noticed. */
const limitMilliseconds = 180_000;

const root = join(import.meta.dirname, '..');
const copied = ['src', 'test', 'calibration', 'seeds', 'vitest.config.ts', 'package.json', 'tsconfig.json'];
const linked = ['node_modules', 'migrations', 'docs', 'schema.graphql', 'package-lock.json'];

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string', multiple: true, default: ['src/engine', 'src/calculator'] },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

const all = values.files.flatMap(mutantsIn);
const waiting = shuffled(all, Number(values.seed)).slice(0, Number(values.count));
const count = waiting.length;
const survivors: Mutant[] = [];
let done = 0;

console.log(`${count} of ${all.length} mutants, seed ${values.seed}`);
const copies = mkdtempSync(join(tmpdir(), 'calculator-mutants-'));
try {
  await Promise.all(Array.from({ length: Number(values.workers) }, (_, index) => work(join(copies, String(index)))));
} finally {
  rmSync(copies, { recursive: true });
}
report();

function mutantsIn(place: string): Mutant[] {
  const [path = '', line] = place.split(':');
  const files = path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.ts`, { cwd: root }).sort();
  return files
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
    .filter((mutant) => line === undefined || mutant.line === Number(line));
}

/** The same seed, the same order, whatever the machine (mulberry32, Fisher–Yates). */
function shuffled(mutants: readonly Mutant[], seed: number): Mutant[] {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return mutants
    .map((mutant) => ({ mutant, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ mutant }) => mutant);
}

/** Takes mutants until none is left, in a copy that it makes anew when a mutant has to be cut off. */
async function work(copy: string): Promise<void> {
  while (waiting.length > 0) {
    makeCopy(copy);
    const worker = fork(join(import.meta.dirname, 'mutants/worker.ts'), [copy], { cwd: copy, detached: true });
    try {
      if (!(await answer(worker)).ready) throw new Error('The tests fail without any mutant: mend them first.');
      await takeMutants(worker);
    } finally {
      end(worker);
    }
  }
}

async function takeMutants(worker: ChildProcess): Promise<void> {
  for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) {
    const asked = answer(worker);
    worker.send(mutant);
    const { survived = false, late = false, broken = false } = await asked;
    if (broken) throw new Error('The tests have begun to fail without any mutant: this run says nothing.');
    done += 1;
    if (survived) survivors.push(mutant);
    console.log(`${done}/${count} ${survived ? 'SURVIVED' : late ? 'no end' : 'killed'} ${shown(mutant)}`);
    if (late) return;
  }
}

interface Answer {
  ready?: boolean;
  survived?: boolean;
  /** The tests fail without the mutant too. */
  broken?: boolean;
  late?: boolean;
}

function answer(worker: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => settle(() => resolve({ late: true })), limitMilliseconds);
    const settle = (settled: () => void) => {
      clearTimeout(limit);
      worker.off('message', onMessage).off('exit', onExit);
      settled();
    };
    const onMessage = (message: Answer) => settle(() => resolve(message));
    const onExit = () => settle(() => reject(new Error('A worker ended before it answered.')));
    worker.on('message', onMessage).on('exit', onExit);
  });
}

/** With the processes of vitest, which share its group. */
function end({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
}

function makeCopy(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  for (const path of copied) cpSync(join(root, path), join(copy, path), { recursive: true });
  for (const path of linked) symlinkSync(join(root, path), join(copy, path));
}

function shown({ file, line, text, replacement }: Mutant): string {
  const short = (code: string) => code.replaceAll(/\s+/g, ' ').slice(0, 60);
  return `${file}:${line}  ${short(text)}  →  ${short(replacement)}`;
}

function report(): void {
  const killed = done - survivors.length;
  console.log(`\n${survivors.length} survivors:`);
  for (const survivor of survivors.map(shown).sort()) console.log(`  ${survivor}`);
  console.log(`\n${killed} of ${done} killed: ${((100 * killed) / Math.max(1, done)).toFixed(1)} %`);
}
