import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../src/server/settings.ts';

test('without an environment: this machine only, port 4000, data/calculator.db, built-in profiles', () => {
  const settings = { host: '127.0.0.1', port: 4000, databaseUrl: 'data/calculator.db', profilePacks: [] };
  expect(readSettings({})).toEqual(settings);
  expect(readSettings({ HOST: '', PORT: '', DATABASE_URL: '', PROFILE_PACKS: '' })).toEqual(settings);
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
