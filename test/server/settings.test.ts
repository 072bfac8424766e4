import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../src/server/settings.ts';

test('without an environment: this machine only, port 4000, data/calculator.db, built-in profiles', () => {
  const settings = { host: '127.0.0.1', port: 4000, databaseUrl: 'data/calculator.db', profilePacks: [] };
  expect(readSettings({})).toMatchObject(settings);
  expect(readSettings({ HOST: '', PORT: '', DATABASE_URL: '', PROFILE_PACKS: '' })).toMatchObject(settings);
});

test('without an environment: any origin may ask, no proxy is believed, an allowance for each client', () => {
  const settings = { allowedOrigins: null, trustedProxies: 0, pointsPerMinute: 120_000, log: 'off' };
  expect(readSettings({})).toMatchObject(settings);
});

test('a supervised server says for 5 s that it stops, one in a terminal stops at once', () => {
  expect(readSettings({}, false).shutdownDelayMs).toBe(5000);
  expect(readSettings({}, true).shutdownDelayMs).toBe(0);
  expect(readSettings({ SHUTDOWN_DELAY: '2.5' }, true).shutdownDelayMs).toBe(2500);
});

test.each([
  ['WORKERS', '0'],
  ['WORKERS', '1.5'],
  ['WORKERS', 'all'],
  ['TRUST_PROXY', 'yes'],
  ['RATE_LIMIT', '-1'],
  ['RATE_LIMIT', 'none'],
  ['LOG', 'verbose'],
  ['SHUTDOWN_DELAY', 'soon'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}=${value} must be`);
});

test('one process answers unless more are asked for; auto is one a core', () => {
  expect(readSettings({}).workers).toBe(1);
  expect(readSettings({ WORKERS: '3' }).workers).toBe(3);
  expect(readSettings({ WORKERS: 'auto' }).workers).toBe(availableParallelism());
  expect(() => readSettings({ WORKERS: '2', DATABASE_URL: ':memory:' })).toThrow('WORKERS=2 must share a file');
});

test('packs are a comma-separated list of folders', () => {
  expect(readSettings({ PROFILE_PACKS: 'packs/mine, /srv/packs/team,' }).profilePacks).toEqual([
    'packs/mine',
    '/srv/packs/team',
  ]);
});

test('a file: URL is a path', () => {
  expect(readSettings({ DATABASE_URL: 'file:data/other.db' }).databaseUrl).toBe('data/other.db');
  expect(readSettings({ DATABASE_URL: 'file:///srv/calculator.db' }).databaseUrl).toBe('/srv/calculator.db');
});

test.each(['http', '-1', '65536', '40.5'])('PORT=%s is refused by name', (port) => {
  expect(() => readSettings({ PORT: port })).toThrow(SettingsError);
  expect(() => readSettings({ PORT: port })).toThrow(`PORT=${port} `);
});
