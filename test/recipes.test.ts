import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from './server/serverProcess.ts';

const recipes = readFileSync(join(import.meta.dirname, '../docs/recipes.md'), 'utf8');
const files = [...recipes.matchAll(/^`(my-pack\/\S+\.json)`\n\n```json\n([\s\S]*?)\n```$/gm)];
const queries = fenced('graphql').map((query) => [query.trim().split('\n')[1]?.trim(), query] as const);
const folder = temporaryFolder();
const environment = { DATABASE_URL: join(folder, 'calculator.db'), PROFILE_PACKS: join(folder, 'my-pack') };
let server: RunningServer;

beforeAll(async () => {
  for (const [, path = '', text = ''] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  server = await startServer(environment);
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

  test('the front-end example prints an answer', async () => {
    const script = join(folder, 'frontEnd.mjs');
    writeFileSync(script, fenced('js').join('\n').replaceAll('http://127.0.0.1:4000', server.origin));
    const { code, stdout } = await spawnProject(script, { environment: {} }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('300 tokens');
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

async function replyTo(words: string): Promise<string> {
  const [, query = ''] = queries.find(([, query]) => query.includes(words)) ?? [];
  const response = await fetch(`${server.origin}/graphql?query=${encodeURIComponent(query)}`);
  return JSON.stringify(await response.json());
}

function fenced(language: string): string[] {
  const blocks = recipes.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'));
  return [...blocks].map(([, text = '']) => text);
}
