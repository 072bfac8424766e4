import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vllmResult } from './importers/benchmarks/benchmarkFiles.ts';
import { ggufHeader, llamaQ4KM } from './importers/models/ggufBytes.ts';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from './server/serverProcess.ts';

const recipes = readFileSync(join(import.meta.dirname, '../docs/recipes.md'), 'utf8');
const files = [...recipes.matchAll(/^`(my-pack\/\S+\.json)`\n\n```json\n([\s\S]*?)\n```$/gm)];
const packageFiles = [
  ...recipes.matchAll(/^`(acme-calculator-pack\/\S+)`\n\n```(?:json|javascript)\n([\s\S]*?)\n```$/gm),
];
const queries = fenced('graphql').map((query) => [query.trim().split('\n')[1]?.trim(), query] as const);
const folder = temporaryFolder();
const packs = ['my-pack', 'acme-calculator-pack'].map((name) => join(folder, name));
const environment = { DATABASE_URL: join(folder, 'calculator.db'), PROFILE_PACKS: packs.join(',') };
let server: RunningServer;
let key: string;

beforeAll(async () => {
  for (const [, path = '', text = ''] of [...files, ...packageFiles]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  server = await startServer(environment);
  key = await server.firstKey();
});

afterAll(() => server?.stop());

describe('docs/recipes.md', () => {
  test('has a file for each kind that people add', () => {
    const kinds = files.map(([, path]) => path?.split('/')[1]);
    expect(kinds).toEqual(['hardware', 'hardware', 'runtimes', 'models', 'weight-formats', 'prices']);
  });

  test.each(queries)('the query with "%s" is answered', async (_, query) => {
    const response = await fetch(`${server.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).not.toHaveProperty('errors');
  });

  test('hardware of a new maker runs on the runtime that came with it, and says that nobody measured it', async () => {
    const reply = await replyTo('acme-npu');
    expect(reply).toContain('"runtime":{"name":"vLLM for Acme"}');
    expect(reply).toMatch(/"method":"(INHERITED|DATASHEET)"/);
  });

  test('the added profiles are used, and their sources are named', async () => {
    const reply = await replyTo('acme-support');
    expect(reply).toContain('Acme Support 8B');
    expect(reply).toContain('"provider":"Acme Cloud"');
    expect(reply).toContain('{"title":"Made up for this recipe","known":"ASSUMED"}');
  });

  test('a package brings hardware, a runtime and the estimator that answers for it', async () => {
    const reply = await replyTo('acme-npu-2');
    expect(reply).toContain('"timePerOutputTokenMs":4.1');
    expect(reply).toContain('"estimatedBy":"acme-step-table"');
    expect(reply).toContain('PLUGGED_ESTIMATOR');
  });

  test('the pasted config.json becomes a model', async () => {
    const response = await fetch(`${server.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: fenced('graphql mutation')[0], variables: { config: pastedConfig } }),
    });
    const model = { id: 'acme-chat-8b', parameters: { total: 8_030_261_248 } };
    expect(await response.json()).toMatchObject({ data: { modelImport: { model } } });
  });

  test('the import commands work', async () => {
    const config = join(folder, 'config.json');
    writeFileSync(config, pastedConfig);
    writeFileSync(join(folder, 'model.gguf'), ggufHeader(llamaQ4KM()));
    writeFileSync(join(folder, 'vllm-result.json'), JSON.stringify(vllmResult));
    const commands = [...recipes.matchAll(/^CALCULATOR_KEY=\S+ npm run -s calc -- import \.\/(\S+) (.*)$/gm)];
    expect(commands).toHaveLength(3);
    for (const [, file = '', options = ''] of commands) {
      const rest = [...options.replaceAll('http://127.0.0.1:4000', server.origin).matchAll(/"([^"]+)"|(\S+)/g)];
      const words = ['import', join(folder, file), ...rest.map(([, quoted, plain]) => quoted ?? plain ?? '')];
      // The model was pasted already: another id. A benchmark's runs have their own.
      const id = file === 'vllm-result.json' ? [] : ['--id', `from-${file}`];
      const run = spawnProject('src/cli.ts', {
        words: [...words, ...id],
        environment: { ...environment, CALCULATOR_KEY: key },
      });
      expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    }
  });

  test('a pack is checked, and what users made is exported', async () => {
    const check = await spawnProject('src/commands/pack.ts', { words: ['check', packs[0] ?? ''], environment }).ended;
    expect(check).toMatchObject({ code: 0, stdout: expect.stringMatching(/7 profiles, nothing wrong\n$/) });
    const words = ['export', join(folder, 'my-profiles')];
    const { code, stdout } = await spawnProject('src/commands/pack.ts', { words, environment }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('models/acme-chat-8b.json\n');
  });

  test('the changes happen one after the other: a card with its price, an override, an undo', async () => {
    const answers = await answersInOrder('graphql change');
    expect(answers.join('\n')).not.toMatch(/"code"|"errors"/);
    expect(answers.map((answer) => JSON.parse(answer).data)).toEqual([
      {
        hardwareCreate: { hardware: { id: 'acme-x2-96gb', revision: 1 } },
        offerCreate: { offer: { id: 'acme-x2-by-the-hour', name: 'Acme Cloud x2, on-demand, eu' } },
      },
      {
        hardwareUpdate: {
          hardware: {
            ...{ id: 'nvidia-l40s-48gb', revision: 2, origin: 'USER' },
            ...{ memoryGiB: 48, memoryBandwidthGBPerSecond: 850 },
          },
        },
      },
      {
        hardwareRestore: { hardware: { origin: 'SEED', memoryBandwidthGBPerSecond: 864 } },
        hardwareRetire: { hardware: { retired: true } },
      },
    ]);
  });

  test('a benchmark moves the estimate, says so, and is undone', async () => {
    const [before, recorded, after, undone, ...rest] = (await answersInOrder('graphql own')).map(
      (answer) => JSON.parse(answer).data,
    );
    expect(rest).toEqual([]);
    expect(before.estimate.basis.calibration).toBeNull();
    const id = 'l40s-llama-8b-16';
    expect(recorded.measurementRecord.measurement).toEqual({ id, mode: 'SERVED', trust: 'HIGH' });
    expect(after.estimate.latency.timeToFirstTokenMs).toBeCloseTo(400, 6);
    expect(after.estimate.latency.timePerOutputTokenMs).toBeCloseTo(37, 6);
    expect(after.estimate.basis).toMatchObject({
      method: 'MEASURED_NEIGHBOUR',
      calibration: { measurements: [{ id }] },
    });
    expect(after.estimate.basis.calibration.timePerOutputTokenFactor).toBeCloseTo(
      37 / before.estimate.latency.timePerOutputTokenMs,
      6,
    );
    expect(undone.measurementRetire.measurement).toMatchObject({
      retired: true,
      history: {
        nodes: [
          { revision: 2, action: 'RETIRE' },
          { revision: 1, action: 'CREATE' },
        ],
      },
    });
    const [again = ''] = await answersInOrder('graphql own', 1);
    expect(JSON.parse(again).data).toEqual(before);
  });

  test('the front-end example prints an answer', async () => {
    const script = join(folder, 'frontEnd.mjs');
    writeFileSync(script, fenced('js').join('\n').replaceAll('http://127.0.0.1:4000', server.origin));
    const { code, stdout } = await spawnProject(script, { environment: {} }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('300 tokens');
  });

  test('the calculator answers inside another program', async () => {
    const script = join(folder, 'embedded.ts');
    const source = pathToFileURL(join(import.meta.dirname, '../src/')).href;
    writeFileSync(script, fenced('ts').join('\n').replaceAll("'./src/", `'${source}`));
    const { code, stdout, stderr } = await spawnProject(script, { environment: {} }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Llama 3\.1 8B .* on one NVIDIA L40S with vLLM: 300 tokens take .*\n\d+\.\d ms a token, fits: true\n$/,
    );
  });

  test('the commands work', async () => {
    const commands = [...recipes.matchAll(/^npm run -s calc -- (calculate .*)$/gm)].map(([, words = '']) => words);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const words = command.replaceAll('http://127.0.0.1:4000', server.origin).trim().split(/\s+/);
      const { code, stderr } = await spawnProject('src/cli.ts', { words, environment }).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });
});

const pastedConfig = /^\{\n {2}"model_type"[\s\S]*?^\}$/m.exec(recipes)?.[0] ?? '';

/** The answers to the blocks of a kind, each asked with the key once the one before it has been answered. */
async function answersInOrder(language: string, atMost = Number.POSITIVE_INFINITY): Promise<string[]> {
  const answers: string[] = [];
  for (const query of fenced(language).slice(0, atMost)) {
    const response = await fetch(`${server.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    answers.push(await response.text());
  }
  return answers;
}

async function replyTo(words: string): Promise<string> {
  const [, query = ''] = queries.find(([, query]) => query.includes(words)) ?? [];
  const response = await fetch(`${server.origin}/graphql?query=${encodeURIComponent(query)}`);
  return JSON.stringify(await response.json());
}

function fenced(language: string): string[] {
  const blocks = recipes.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'));
  return [...blocks].map(([, text = '']) => text);
}
