import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askServer, RefusedError } from '../../src/cli/ask.ts';
import { addImportOptions, importQuestion } from '../../src/cli/importFile.ts';
import { guideLlmReport, llamaBenchCsv, llamaBenchTests, vllmResult } from '../importers/benchmarks/benchmarkFiles.ts';
import { ggufHeader, llamaQ4KM } from '../importers/models/ggufBytes.ts';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from '../server/serverProcess.ts';

const folder = temporaryFolder();
const databaseUrl = join(folder, 'calculator.db');
const config = 'test/importers/models/configs/mistral-nemo-12b.json';
const gguf = join(folder, 'llama.gguf');

let server: RunningServer;
let key: string;
beforeAll(async () => {
  writeFileSync(gguf, Buffer.concat([ggufHeader(llamaQ4KM()), Buffer.alloc(3_000_000)]));
  server = await startServer({ DATABASE_URL: databaseUrl });
  key = await server.firstKey();
});
afterAll(() => server?.stop());

function importFile(words: readonly string[]) {
  const environment = { DATABASE_URL: databaseUrl, CALCULATOR_KEY: key };
  return spawnProject('src/cli.ts', { words: ['import', ...words], environment }).ended;
}

describe('calc import', () => {
  test('adds the model of a config.json, in this process, which a running server then knows', async () => {
    const { code, stdout, stderr } = await importFile([config, '--name', 'My Nemo', '--id', 'my-nemo']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Added +My Nemo \(my-nemo\)$/m);
    expect(stdout).toMatch(/^Parameters +12\.25 billion/m);
    const response = await fetch(`${server.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ model(id: "my-nemo") { name } }' }),
    });
    expect(await response.json()).toEqual({ data: { model: { name: 'My Nemo' } } });
  });

  test('sends only the header of a .gguf file, larger than a request without a key may be', async () => {
    const { code, stdout, stderr } = await importFile([gguf, '--dry-run', '--url', server.origin]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Would add +Meta Llama 3\.1 8B Instruct/m);
    expect(stdout).toMatch(/^File +4\.91 GB, 4\.894 bits a weight$/m);
    await expect(imported([gguf, '--dry-run'], '')).rejects.toThrow(/longer than 1,000,000 bytes|needs an API key/);
  });

  test('refuses in one line, with 2', async () => {
    const { code, stdout, stderr } = await importFile(['no-such-file.json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('error: no-such-file.json cannot be read (ENOENT)\n');
  });

  test('says how to come by a key', async () => {
    await expect(imported([config, '--name', 'My Nemo'], '')).rejects.toThrow('npm run -s key -- create');
  });

  test.each([
    { what: 'a file of something else', file: 'package.json', message: /^package\.json: model_type: is missing/ },
    { what: 'a folder', file: 'seeds', message: /^seeds cannot be read \(EISDIR\)$/ },
    {
      what: 'every key that is wrong',
      file: () => written('config.json', { model_type: 'llama', vocab_size: 'many', hidden_size: 64 }),
      message: /config\.json: num_hidden_layers: is missing.*[^.]vocab_size: is "many"/,
    },
    { what: 'half a file', file: () => written('half.json', '{"model_type": "ll'), message: /half\.json: cut off: / },
    {
      what: 'half a header',
      file: () => written('half.gguf', 'GGUF\x03\0\0\0'),
      message: /half\.gguf: ends before its header does/,
    },
  ])('refuses $what, which the message names', async ({ file, message }) => {
    const refusal = imported([typeof file === 'string' ? file : file(), '--name', 'x y']);
    await expect(refusal).rejects.toThrow(RefusedError);
    await expect(refusal).rejects.toThrow(message);
  });
});

function written(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** What the command prints for people, or with --json; its options are read and the server asked in this process. */
async function imported(words: readonly string[], withKey = key): Promise<string> {
  const command = addImportOptions(new Command('import')).parse(words, { from: 'user' });
  const { query, variables, report } = await importQuestion(command.args[0] ?? '', command.opts());
  return report(await askServer(server.origin, withKey)(query, variables), 1000);
}

describe('calc import of a benchmark', () => {
  const vllmLabels = ['--hardware', 'L40S', '--runtime', 'vllm', '--runtime-version', '0.14.1', '--weights', 'bf16'];

  test('records the runs of a result, once, in this process as through a server', async () => {
    const file = written('result.json', vllmResult);
    const dry = await importFile([file, ...vllmLabels, '--dry-run', '--url', server.origin]);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      /^Would record +llama-3\.1-8b bf16 on 1 × nvidia-l40s-48gb, vllm 0\.14\.1, 16 in flight,/,
    );
    expect(dry.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '1,024 + 128 tokens: 210 ms to the first token, 37 ms a token',
    );

    const first = await importFile([file, ...vllmLabels]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Recorded/), stderr: '' });
    const again = await importFile([file, ...vllmLabels, '--url', server.origin]);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Known +own-llama-3\.1-8b-nvidia-l40s-48gb-vllm-\w+\n$/),
    });
  });

  test.each([
    ['llama-bench -o json', llamaBenchTests, ['--hardware', 'RTX 4080'], 2],
    [
      'llama-bench -o jsonl',
      llamaBenchTests.map((run) => JSON.stringify(run)).join('\n'),
      ['--hardware', 'RTX 4080'],
      2,
    ],
    ['llama-bench -o csv', llamaBenchCsv, ['--hardware', 'RTX 4080'], 2],
    ['guidellm', guideLlmReport, vllmLabels, 3],
    [
      'a table',
      'concurrency,promptTokens,outputTokens,endToEndMs\n4,1000,100,5000\n',
      ['--model', '7B', ...vllmLabels],
      1,
    ],
  ])('knows %s by its content', async (_, content, labels, runs) => {
    const printed = await imported([written('benchmark', content), ...labels, '--dry-run']);
    expect(printed.match(/^Would record /gm)).toHaveLength(runs);
  });

  test.each([
    {
      what: 'what the file does not say, by its flags',
      words: [],
      message: /--hardware: is needed.*--runtime: .*--weights: /,
    },
    { what: 'a device nobody knows', words: [...vllmLabels, '--hardware', 'L40Z'], message: /L40Z/ },
    { what: 'a count that is none', words: [...vllmLabels, '--devices', 'two'], message: /two/ },
    { what: 'a mode that is none', words: [...vllmLabels, '--mode', 'fast'], message: /FAST/ },
    {
      what: 'another tool’s format',
      words: [...vllmLabels, '--format', 'guidellm-json'],
      message: /benchmarks: is missing/,
    },
    { what: 'a format nobody knows', words: [...vllmLabels, '--format', 'genai-perf'], message: /GENAI_PERF/ },
    {
      what: 'an option of models',
      words: [...vllmLabels, '--developer', 'Acme'],
      message: /--developer cannot be used/,
    },
  ])('refuses $what', async ({ words, message }) => {
    const refusal = imported([written('result.json', vllmResult), ...words]);
    await expect(refusal).rejects.toThrow(RefusedError);
    await expect(refusal).rejects.toThrow(message);
  });

  test('options of benchmarks say nothing about a model', async () => {
    await expect(imported([config, '--weights', 'fp8'])).rejects.toThrow('--weights cannot be used');
  });
});
