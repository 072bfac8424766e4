import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createModel, missingFrom } from '../server/mutationLoad.ts';
import { type RunningServer, spawnProject, startServer, temporaryFolder } from '../server/serverProcess.ts';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/operate.md'), 'utf8');
const folder = temporaryFolder();
const unit = new Map([...blocks('ini')].flatMap((text) => text.split('\n')).map(setting));
let server: RunningServer;

beforeAll(async () => {
  for (const name of ['state', 'backups']) mkdirSync(join(folder, name));
  copyFileSync(inject('seededDatabase'), join(folder, 'state/calculator.db'));
  server = await startService();
});

afterAll(() => server?.stop());

test('the settings table has every variable that is read', () => {
  const schema = /environmentSchema = z\.object\(\{([\s\S]*?)\n\}\)/.exec(
    readFileSync(join(root, 'src/server/settings.ts'), 'utf8'),
  )?.[1];
  const read = [...(schema ?? '').matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(read).toContain('DATABASE_URL');
  const table = guide.slice(0, guide.indexOf('An empty variable'));
  expect(read.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

test('the unit starts the server under the Node that an installation brings', () => {
  expect(here(unit.get('ExecStart') ?? '')).toBe(`${join(root, 'node_modules/node/bin/node')} src/server.ts`);
  expect(here(unit.get('WorkingDirectory') ?? '')).toBe(root);
});

test('every metric that an alarm or the text names is there', async () => {
  const page = await (await fetch(`${server.origin}/metrics`)).text();
  const named = [...new Set([...guide.matchAll(/\b(?:calculator|nodejs|process)_\w+/g)].map(([name]) => name))];
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !page.includes(`# TYPE ${name.replace(/_bucket$/, '')} `))).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('backup and restore, step by step, bring back what was', async () => {
  const environment = { DATABASE_URL: join(folder, 'state/calculator.db') };
  const made = await spawnProject('src/commands/key.ts', { words: ['create', 'ann'], environment }).ended;
  const key = made.stdout.trim();
  const [backup = '', restore = ''] = blocks('sh').filter((text) => text.includes('/var/backups/'));

  await createModel(server.origin, key, 'before-the-backup', 'one');
  await follow(backup);
  await createModel(server.origin, key, 'after-the-backup', 'two');
  await follow(restore);

  const models = ['before-the-backup', 'after-the-backup'].map((id) => ({ id, idempotencyKey: id, answer: '' }));
  expect(await missingFrom(server.origin, models)).toEqual(['after-the-backup']);
  expect(await createModel(server.origin, key, 'after-the-restore', 'three')).toContain('ModelCreatePayload');
});

/** Fenced blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );
}

function setting(line: string): [string, string] {
  const [name = '', ...value] = line.split('=');
  return [name, value.join('=')];
}

/** Folders of the guide's machine, as they are here. */
function here(text: string): string {
  return text
    .replaceAll('/opt/calculator', root)
    .replaceAll('/var/lib/calculator', join(folder, 'state'))
    .replaceAll('/var/backups', join(folder, 'backups'));
}

/** The service as its unit has it, on a free port. */
function startService(): Promise<RunningServer> {
  const variables = here(unit.get('Environment') ?? '')
    .split(' ')
    .map(setting);
  return startServer({ ...Object.fromEntries(variables), PORT: '0' });
}

/** Does what the guide says: a shell runs the commands, and what systemd would do is done to the server. */
async function follow(steps: string): Promise<void> {
  for (const part of steps.split(/^(?=systemctl)|(?<=^systemctl.*\n)/m)) {
    if (part.startsWith('systemctl stop')) await server.stop();
    else if (part.startsWith('systemctl start')) server = await startService();
    else execFileSync('/bin/sh', ['-ec', here(part)], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
}
