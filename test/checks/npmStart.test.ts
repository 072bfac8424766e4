import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

// npm passes signals to the shell it started, and that shell does not pass them on: the script must replace the shell.
test.skipIf(process.platform === 'win32')(
  'npm start serves, and SIGTERM to npm ends the server with exit code 0',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calculator-'));
    const npm = spawn('npm', ['start'], {
      cwd: root,
      env: { ...process.env, PORT: '0', DATABASE_URL: join(folder, 'c.db') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(npm, 'close');
    onTestFinished(() => {
      npm.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    });

    const url = await firstUrl(npm.stdout);
    const reply = await fetch(`${url}?query={__typename}`);
    expect(await reply.json()).toEqual({ data: { __typename: 'Query' } });

    npm.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
  },
);

async function firstUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const url = /http:\/\/\S+\/graphql/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('npm start ended without serving');
}
