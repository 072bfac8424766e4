import Database from 'better-sqlite3';
import { expect } from 'vitest';

/** Holds a database file to what must be true of it whatever happened: sound pages, and a log that sums to the rows. */
export function expectConsistent(path: string): void {
  const file = new Database(path, { readonly: true });
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  const changes = 'SELECT kind, id, count(*) AS changes, max(revision) AS last FROM change GROUP BY kind, id';
  const unequal = file.prepare(
    `SELECT id FROM profile LEFT JOIN (${changes}) USING (kind, id) WHERE changes IS NOT revision OR last IS NOT revision`,
  );
  expect(unequal.all()).toEqual([]);
  const orphans = file.prepare('SELECT id FROM change LEFT JOIN profile USING (kind, id) WHERE profile.id IS NULL');
  expect(orphans.all()).toEqual([]);
  const newest = file.prepare('SELECT max(catalogue_revision) FROM change').pluck().get();
  expect(String(newest)).toBe(file.prepare("SELECT value FROM catalogue WHERE key = 'revision'").pluck().get());
  file.close();
}
