import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnProject, temporaryFolder } from '../serverProcess.ts';

const folder = temporaryFolder();
const databaseUrl = join(folder, 'calculator.db');

test('what stops the first of several workers stops the start, with its one line and code 1', async () => {
  const notes = join(folder, 'notes.db');
  writeFileSync(notes, 'These are my notes and not a database. '.repeat(100));
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as AddressInfo;
  const failures = [
    [{ PORT: 'web' }, 'PORT=web'],
    [{ DATABASE_URL: notes }, 'notes.db'],
    [{ PROFILE_PACKS: join(folder, 'no-such-pack') }, 'no-such-pack'],
    [{ PORT: String(port) }, `port ${port} on 127.0.0.1 is taken`],
  ] as const;
  for (const [wrong, named] of failures) {
    const environment = { WORKERS: '2', PORT: '0', DATABASE_URL: databaseUrl, ...wrong };
    const { code, stdout, stderr } = await spawnProject('src/server.ts', { environment }).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(named)]);
  }
  blocker.close();
});
