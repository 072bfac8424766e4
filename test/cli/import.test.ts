import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ggufHeader, llamaQ4KM } from '../registry/importers/ggufBytes.ts';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from '../server/serverProcess.ts';

const folder = temporaryFolder();
const databaseUrl = join(folder, 'calculator.db');
const config = 'test/registry/importers/configs/mistral-nemo-12b.json';
const gguf = join(folder, 'llama.gguf');

let server: RunningServer;
let key: string;
beforeAll(async () => {
  writeFileSync(gguf, Buffer.concat([ggufHeader(llamaQ4KM()), Buffer.alloc(3_000_000)]));
  server = await startServer({ DATABASE_URL: databaseUrl });
  key = await server.firstKey();
});
afterAll(() => server?.stop());

function importFile(words: readonly string[], withKey = key) {
  const environment = { DATABASE_URL: databaseUrl, ...(withKey !== '' && { CALCULATOR_KEY: withKey }) };
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
    const words = [gguf, '--dry-run', '--url', server.origin];
    const { code, stdout, stderr } = await importFile(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Would add +Meta Llama 3\.1 8B Instruct/m);
    expect(stdout).toMatch(/^File +4\.91 GB, 4\.894 bits a weight$/m);
    expect((await importFile(words, '')).stderr).toMatch(/longer than 1,000,000 bytes|needs an API key/);
  });

  test('says how to come by a key', async () => {
    const { code, stderr } = await importFile([config, '--name', 'My Nemo'], '');
    expect(code).toBe(2);
    expect(stderr).toContain('npm run -s key -- create');
  });

  test.each([
    { words: ['no-such-file.json'], message: 'no-such-file.json cannot be read (ENOENT)' },
    { words: ['package.json', '--name', 'x y'], message: 'huggingFaceConfig.model_type: is missing' },
    { words: ['seeds', '--name', 'x y'], message: 'seeds cannot be read (EISDIR)' },
  ])('refuses $words.0 in one line', async ({ words, message }) => {
    const { code, stdout, stderr } = await importFile(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });
});
