import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePack } from '../registry/packs/smallPack.ts';
import { type Ended, type RunningServer, spawnProject, startServer, temporaryFolder } from '../server/serverProcess.ts';

const databaseUrl = join(temporaryFolder(), 'calculator.db');
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl });
});

afterAll(() => server?.stop());

const documented =
  'calculate --model_size 7B --tokens 1000 --batch_size 1 --hardware_type T4 --deployment_mode local'.split(' ');

describe('the documented commands', () => {
  test('calculate answers with every figure and its unit', async () => {
    const { code, stdout, stderr } = await calc(documented);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const label of ['Latency', 'First token', 'Per token', 'Memory', 'Cost', 'Energy', 'Bound by', 'Rests on']) {
      expect(stdout).toMatch(new RegExp(`^${label} +\\S`, 'm'));
    }
    expect(stdout).toMatch(/Per token .* ms; likely .* tokens\/s/);
    expect(stdout).toMatch(/weights \d+\.\d\d .*= \d+\.\d\d GiB/);
    expect(stdout).toMatch(/Cost .*\$[\d.]+ per request \(\$[\d.]+ an hour, .+, \d{4}/);
  });

  test('scenarios lists the documented three first, each with its answer', async () => {
    const { code, stdout } = await calc(['scenarios']);
    expect(code).toBe(0);
    expect(stdout.match(/^Answer +\S/gm)?.length).toBeGreaterThanOrEqual(11);
    expect(stdout.split('\n\n').slice(0, 3).join('\n')).toMatch(/chatbot[\s\S]*summari[sz]ation[\s\S]*code/i);
  });

  test('a scenario that cannot be answered says why, and the others are answered', async () => {
    const scenario = {
      ...{ name: 'Chat on a Groq card', description: 'A device that no runtime runs on.', order: 2 },
      ...{ model: 'llama-2-7b', deployment: 'local', hardware: 'groq-lpu-v1', source: 'here' },
      ...{ promptTokens: 10, outputTokens: 10, batch: 1, scheduling: 'static' },
      sources: { here: { title: 'Made up for this test', known: 'assumed' } },
    };
    const pack = writePack(temporaryFolder(), { 'scenarios/on-groq.json': scenario });
    const environment = { DATABASE_URL: join(temporaryFolder(), 'extended.db'), PROFILE_PACKS: pack };
    const { code, stdout, stderr } = await calc(['scenarios'], environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Chat on a Groq card[\s\S]+?^No answer +No runtime of the catalogue runs on Groq/m);
    expect(stdout.match(/^Answer +\S/gm)?.length).toBeGreaterThanOrEqual(11);
  });

  test('kebab-case and plain spellings give the same answer', async () => {
    const answers = await Promise.all(
      [
        documented,
        documented.map((word) => word.replaceAll('_', '-')),
        'calculate --model 7B --tokens 1000 --batch 1 --hardware T4 --deployment local'.split(' '),
      ].map(async (words) => (await calc([...words, '--url', server.origin])).stdout),
    );
    expect(answers[0]).toContain('Latency');
    expect(new Set(answers).size).toBe(1);
  });

  test('what is left out is the documented example, and the answer says so', async () => {
    const [left, named] = await Promise.all(
      [['calculate'], documented].map(async (words) => (await calc([...words, '--url', server.origin])).stdout),
    );
    const figures = (answer = '') => answer.slice(0, answer.indexOf('\nAssumed'));
    expect(figures(left)).toContain('Latency');
    expect(figures(left)).toBe(figures(named));
    expect(left).toContain('No model was named');
    expect(named).not.toContain('No model was named');
  });

  test('a running server and this process give the same answer', async () => {
    const words = 'calculate --model llama-3.1-8b --hardware A100 --prompt-tokens 500 --batch 4 --json'.split(' ');
    const [here, there] = await Promise.all([calc(words), calc([...words, '--url', `${server.origin}/graphql`])]);
    expect(here.stderr).toBe('');
    expect(JSON.parse(here.stdout)).toEqual(JSON.parse(there.stdout));
    expect(JSON.parse(here.stdout)).toMatchObject({ estimate: { workload: { promptTokens: 500, batch: 4 } } });
  });
});

test('an API model has a price and no memory', async () => {
  const { code, stdout } = await ask('calculate --model GPT-4 --prompt-tokens 1000 --tokens 500 --deployment api');
  expect(code).toBe(0);
  expect(stdout).toContain('Cost');
  expect(stdout).not.toContain('Memory');
});

test('hardware of one’s own says what it comes to, and of what that is made', async () => {
  const own = '--purchase 1753.2 --years 2 --usd-per-kwh 0.3';
  const { code, stdout } = await ask(`calculate --model llama-3.1-8b --hardware RTX-4090 ${own}`);
  expect(code).toBe(0);
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(
    /Owned \$[\d.]+ per request \(\$0\.235 an hour = \$0\.1 for the devices \+ \$0\.135 for electricity/,
  );
  expect(text).toMatch(/the purchase price given with the question\); likely \$[\d.]+ to \$[\d.]+/);
});

test('a model that does not fit is an answer, with what would fit', async () => {
  const { code, stdout } = await ask('calculate --model 13B --hardware T4 --weights fp16');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Does not fit: [\d.]+ GiB short/);
  expect(stdout).toMatch(/^Try +· /m);
});

describe('bad input ends with code 2 and one clear line', () => {
  test.each([
    ['--tokens NaN', 'tokens must be a whole number from 1 to 1,000,000,000; got "NaN"'],
    ['--tokens 0', 'tokens must be a whole number from 1 to 1,000,000,000; got 0'],
    ['--tokens -5', 'tokens must be a whole number from 1 to 1,000,000,000; got -5'],
    ['--tokens 1.5', 'tokens must be a whole number from 1 to 1,000,000,000; got 1.5'],
    ['--tokens 1e10', 'tokens must be a whole number from 1 to 1,000,000,000; got 10000000000'],
    ['--batch_size 1000001', 'batch must be a whole number from 1 to 1,000,000; got 1000001'],
    ['--devices 5000', 'options.devices must be a whole number from 1 to 4,096; got 5000'],
    ['--usd-per-hour free', 'options.usdPerHour must be'],
    ['--years 3', 'options.owned.usdPerKilowattHour is required'],
    ['--deployment_mode cloud', 'deployment must be one of LOCAL, API; got "CLOUD"'],
    ['--model llama-3.1-8bb', 'llama-3.1-8b'],
    ['--hardware_type H1000', 'Did you mean'],
    ['--modle 7B', "unknown option '--modle' (Did you mean --model?)"],
    ['7B T4 A100', 'too many arguments'],
    ['7B --model 13B', 'model is named twice: 7B and 13B'],
  ])('calculate %s', async (words, message) => {
    expectRefusal(await ask(`calculate ${words}`), message);
  });

  test('an option without its value', async () => {
    expectRefusal(await calc(['calculate', '--tokens']), "option '--tokens <count>' argument missing");
  });

  test('an unknown command', async () => {
    expectRefusal(await calc(['calculat']), "unknown command 'calculat' (Did you mean calculate?)");
  });

  test('a --url that is none', async () => {
    expectRefusal(await calc(['scenarios', '--url', 'http://']), '--url');
  });

  function expectRefusal({ code, stdout, stderr }: Ended, message: string): void {
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
});

describe('the catalogue as tables', () => {
  test.each([
    [
      'models llama-3.1 70b',
      /^id +name +parameters +active +context +released\n[\s\S]*^llama-3.1-70b +Llama 3.1 70B +70.6 B +70.6 B/m,
    ],
    ['hardware rtx 4090', /^nvidia-rtx-4090-24gb +NVIDIA GeForce RTX 4090 +24.00 GiB +1,008 GB\/s/m],
    ['formats q4_k_m', /^gguf-q4_k_m +GGUF Q4_K_M +4.5$/m],
    ['runtimes vllm', /^vllm +vLLM +yes +https:/m],
    ['offers h100 --first 2', /a device and hour +\d{4}[\s\S]*^and \d+ more/m],
    ['models mixtrl', /^Nothing is called that; the nearest: mixtral-8x7b, /m],
    ['models no-such-thing', /^Nothing is called that\.$/m],
  ])('%s', async (words, shown) => {
    const { code, stdout, stderr } = await ask(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(shown);
  });

  test('as JSON they keep what was searched for', async () => {
    const { stdout } = await ask('formats q4_k_m --json');
    expect(JSON.parse(stdout)).toMatchObject({ list: [{ id: 'gguf-q4_k_m' }] });
  });

  test('a page that is too long is refused', async () => {
    const { code, stderr } = await ask('models --first 1001');
    expect([code, stderr]).toEqual([2, 'error: first must be a whole number from 1 to 1,000; got 1001\n']);
  });
});

test('model and device are enough, and short names of options mean the plain ones', async () => {
  const answers = await Promise.all([
    ask('llama-3.1-8b rtx-4090 --quant q4_k_m --ctx 8k --gpus 2 --json'),
    ask('calculate --model llama-3.1-8b --gpu rtx-4090 --weights q4_k_m --context-tokens 8000 --devices 2 --json'),
  ]);
  const [short, long] = answers.map(({ stdout }) => JSON.parse(stdout));
  expect(short).toEqual(long);
  expect(short).toMatchObject({
    estimate: {
      model: { id: 'llama-3.1-8b' },
      hardware: { id: 'nvidia-rtx-4090-24gb' },
      deployment: { devices: 2, weights: { id: 'gguf-q4_k_m' }, runtime: { id: 'llama.cpp' } },
      workload: { contextTokens: 8000 },
    },
  });
});

test('with --json a refusal is JSON too, with its code, and the line for people stays', async () => {
  const { code, stdout, stderr } = await ask('calculate --model none-such --json');
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    errors: [{ extensions: { code: 'UNKNOWN_PROFILE', argument: 'model' } }],
  });
  expect(stderr).toMatch(/^error: No model is called "none-such"[^\n]*\n$/);
});

test('a shell completes commands and their options', async () => {
  const { stdout } = await calc(['completion', 'bash']);
  const complete = (...words: string[]) =>
    execFileSync(
      'bash',
      [
        '-c',
        `${stdout}\nCOMP_WORDS=(calc ${words.join(' ')}); COMP_CWORD=${words.length}; _calc; echo "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    ).trim();
  expect(complete('hard')).toBe('hardware');
  expect(complete('calculate', '--prompt')).toBe('--prompt-tokens');
  expect(complete('calculate', '--gp')).toBe('--gpu --gpus');
  expect(complete('8b', '4090', '--q')).toBe('--quant');
  expect(complete('8b', '4090', '--ct')).toBe('--ctx');
  expect((await calc(['completion', 'csh'])).stderr).toContain('there is for bash, zsh, fish');
});

test('the package’s command answers from any folder', () => {
  const command = join(import.meta.dirname, '../../scripts/calc.mjs');
  const answered = execFileSync(command, ['runtimes', 'vllm', '--url', server.origin], {
    cwd: temporaryFolder(),
    encoding: 'utf8',
  });
  expect(answered).toContain('vLLM');
});

describe('no answer ends with code 1 and one clear line', () => {
  test('a server that is not there', async () => {
    const { code, stderr } = await calc(['calculate', '--url', 'http://127.0.0.1:9']);
    expect(stderr).toMatch(/^error: No server answers at http:\/\/127\.0\.0\.1:9\/graphql: .+\n$/);
    expect(code).toBe(1);
  });

  test('a server that is another', async () => {
    const { code, stderr } = await calc(['calculate', '--url', `${server.origin}/health`]);
    expect(stderr).toMatch(/^error: .* answered 200, but not with GraphQL\n$/);
    expect(code).toBe(1);
  });

  test('a database that cannot be opened', async () => {
    const { code, stderr } = await calc(['calculate'], { DATABASE_URL: import.meta.dirname });
    expect(stderr).toMatch(/^error: .+\n$/);
    expect(code).toBe(1);
  });
});

test('help names the commands, their options and their defaults', async () => {
  const [all, calculate, none] = await Promise.all([calc(['--help']), calc(['calculate', '--help']), calc([])]);
  expect(all.code).toBe(0);
  expect(all.stdout).toMatch(/calculate[\s\S]*scenarios[\s\S]*Examples:/);
  expect(calculate.stdout).toMatch(/--tokens <count> .*default: 1000/);
  expect(calculate.stdout).toMatch(/--model <id> .*--model_size; default: 7B/);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('calculate');
});

function calc(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return spawnProject('src/cli.ts', { words, environment: { DATABASE_URL: databaseUrl, ...environment } }).ended;
}

/** Through the running server: the fast way, where the words matter and not the database. */
function ask(words: string): Promise<Ended> {
  return calc([...words.split(' '), '--url', server.origin]);
}
