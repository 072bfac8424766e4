/**
 * Asks another checkout of this project and this one the same random questions, right and wrong ones, and compares every
 * byte: `npm run same-answers -- OTHER_FOLDER [COUNT] [SEED]`. For changes that should change no answer.
 *
 * Both answer in processes of their own, from their own seeds and code, without sockets.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { getNamedType, isCompositeType, isObjectType, isRequiredArgument } from 'graphql';
import { buildSchema } from '../src/schema/index.ts';
import { progressBar } from './progress.ts';

const root = join(import.meta.dirname, '..');
const [other, countText = '2000', seedText = '1'] = process.argv.slice(2);
if (other === undefined) {
  console.error('Usage: npm run same-answers -- OTHER_FOLDER [COUNT] [SEED]');
  process.exit(1);
}
const count = Number(countText);
const random = randomNumbers(Number(seedText));
const seedIds = (kind: string) => readdirSync(join(root, 'seeds', kind)).map((file) => file.replace('.json', ''));
const ids = { models: seedIds('models'), hardware: seedIds('hardware'), runtimes: seedIds('runtimes') };
const formats = seedIds('weight-formats');
const openModels = ids.models.filter((id) =>
  readFileSync(join(root, 'seeds/models', `${id}.json`), 'utf8').includes('"architecture"'),
);
const fieldsOf = buildSchema().getTypeMap();
const queries = Array.from({ length: count }, () => randomQuery());

const report = progressBar('asking');
const [before, after] = await Promise.all([answersOf(resolve(other)), answersOf(root, (done) => report(done, count))]);

const different = queries.flatMap((query, index) => (before[index] === after[index] ? [] : [{ query, index }]));
for (const { query, index } of different.slice(0, 3)) {
  console.log(
    `\n${query.slice(0, 400)} …\n- ${around(before[index], after[index])}\n+ ${around(after[index], before[index])}`,
  );
}
const refused = after.filter((answer) => answer.includes('"errors"')).length;
const digest = createHash('sha256').update(after.join('\n')).digest('hex').slice(0, 16);
console.log(
  `${count} questions (${refused} of them refused), ${after.join('').length} bytes, sha256 ${digest}…: ${different.length} different`,
);
process.exitCode = different.length === 0 ? 0 : 1;

/** Where two answers part, with some text before it. */
function around(text = '', than = ''): string {
  let start = 0;
  while (start < text.length && text[start] === than[start]) start++;
  return text.slice(Math.max(0, start - 80), start + 160);
}

async function answersOf(folder: string, progress?: (done: number) => void): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sameAnswersOf.ts'), folder], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(queries));
  const answers: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(line);
    progress?.(answers.length);
  }
  if (answers.length !== count) throw new Error(`${folder} answered ${answers.length} of ${count} questions`);
  return answers;
}

function randomQuery(): string {
  const fields = selection('Estimate', 5);
  const options: string[] = [];
  const maybe = (chance: number, option: () => string) => random() < chance && options.push(option());
  maybe(0.4, () => `devices: ${pick([1, 2, 3, 4, 8, 8, 8, 16, 72])}`);
  maybe(0.15, () => `runtime: "${pick([pick(ids.runtimes), 'vllm', 'llama.cpp', 'sglang', 'mlx', 'olama'])}"`);
  maybe(0.25, () => `weights: "${pick([pick(formats), 'fp8', 'int4', 'q4_k_m', 'gguf-q4_k_m', 'awq'])}"`);
  maybe(0.1, () => `kvCache: "${pick(['kv-fp8-e4m3', 'kv-fp16', 'gguf-q8_0', 'kv-int8', 'bf16'])}"`);
  maybe(0.1, () => `runtimeYear: ${pick([2022, 2023, 2024, 2025, 2026, 1999])}`);
  maybe(0.2, () => `contextTokens: ${pick([0, 1000, 8000, 32_000, 500_000, -1])}`);
  maybe(0.1, () => `scheduling: ${pick(['STATIC', 'CONTINUOUS'])}`);
  maybe(
    0.2,
    () =>
      `parallelism: { ${pick(['tensor: 2', 'tensor: 4, pipeline: 2', 'data: 2', 'tensor: 8, expert: 8', 'tensor: 3'])} }`,
  );
  maybe(0.1, () => `usdPerHour: ${pick([0.5, 12, -3])}`);
  maybe(0.03, () => 'offer: "no-such-offer"');
  const question = [
    `model: "${random() < 0.03 ? 'lama-3' : pick(random() < 0.85 ? openModels : ids.models)}"`,
    ...(random() < 0.95 ? [`hardware: ${random() < 0.03 ? '"H1000"' : `"${pick(ids.hardware)}"`}`] : []),
    ...(random() < 0.8 ? [`tokens: ${pick([1, 2, 64, 500, 1000, 1000, 20_000, 20_000, 0])}`] : []),
    ...(random() < 0.6 ? [`batch: ${pick([1, 2, 8, 32, 256, 5000])}`] : []),
    ...(random() < 0.6 ? [`promptTokens: ${pick([0, 1, 128, 2048, 100_000])}`] : []),
    ...(random() < 0.15 ? [`deployment: ${pick(['API', 'LOCAL'])}`] : []),
    ...(options.length > 0 ? [`options: { ${options.join(', ')} }`] : []),
  ];
  return `{ estimate(${question.join(', ')}) ${fields} }`;
}

/** Every field of a type that needs no argument, nested `depth` deep; operations of a step are asked for both phases. */
function selection(typeName: string, depth: number): string {
  const type = fieldsOf[typeName];
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.name === 'operations') {
      const each = selection('Operation', 2);
      return [`prefill: operations(phase: PREFILL) ${each}`, `decode: operations(phase: DECODE) ${each}`];
    }
    if (field.args.some(isRequiredArgument)) return [];
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) return [field.name];
    // Profiles lead on to lists of other profiles: they are named here, and read by the tests of lists.
    const inner = isProfile(named.name) ? '{ id revision }' : depth > 0 ? selection(named.name, depth - 1) : null;
    return inner === null || named.name.endsWith('Connection') ? [] : [`${field.name} ${inner}`];
  });
  return `{ ${fields.join(' ')} }`;
}

function isProfile(name: string): boolean {
  const type = fieldsOf[name];
  return isObjectType(type) && type.getInterfaces().some((one) => one.name === 'Profile');
}

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** mulberry32: the same questions for the same seed on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
