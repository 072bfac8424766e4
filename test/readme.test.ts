import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from './server/serverProcess.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const databaseUrl = join(temporaryFolder(), 'calculator.db');
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl });
});

afterAll(() => server?.stop());

describe('the README', () => {
  test('shows the reply that its query really gets (rewritten by: vitest run test/readme.test.ts -u)', async () => {
    const query = fenced('graphql');
    const response = await fetch(`${server.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const reply: unknown = await response.json();
    expect(reply).not.toHaveProperty('errors');
    const kept = readme.replace(fenced('json'), () => JSON.stringify(reply, null, 2));
    await expect(kept).toMatchFileSnapshot('../README.md');
  });

  test('shows a command that works', async () => {
    const command = /npm run -s calc -- (calculate .*)$/m.exec(readme)?.[1];
    const words = command?.trim().split(/\s+/) ?? [];
    const { code, stderr } = await spawnProject('src/cli.ts', { words, environment: { DATABASE_URL: databaseUrl } })
      .ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('fits on a screen', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(110);
  });
});

function fenced(language: string): string {
  const block = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'm').exec(readme)?.[1];
  if (block === undefined) throw new Error(`README.md has no ${language} block`);
  return block;
}
