import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Source } from '../../src/registry/kinds/source.ts';
import { seedsFolder } from '../../src/registry/registry.ts';
import knownCommits from './knownCommits.json' with { type: 'json' };

interface Cited {
  file: string;
  key: string;
  source: Source;
}

const cited: Cited[] = readdirSync(seedsFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json') && !file.startsWith('schemas'))
  .flatMap((file) => {
    const { sources = {} }: { sources?: Record<string, Source> } = JSON.parse(
      readFileSync(join(seedsFolder, file), 'utf8'),
    );
    return Object.entries(sources).map(([key, source]) => ({ file, key, source }));
  });

/**
 * A swapped digit makes a link that looks like every other and leads nowhere: 93 files once cited one. The list began as
 * what the seeds cited on 24 November 2026, of which ten repositories were looked into; a commit is added by whoever has
 * opened the page.
 */
test('every commit that a source names is in the list of known ones', () => {
  const known: Readonly<Record<string, readonly string[]>> = knownCommits;
  const unknown = cited.flatMap(({ file, key, source }) => {
    const [, repository = '', commit = ''] = commitOf(source.url) ?? [];
    return commit === '' || known[repository]?.includes(commit) ? [] : [`${file} ${key}: ${repository}@${commit}`];
  });
  expect(unknown).toEqual([]);
  expect(cited.filter(({ source }) => commitOf(source.url) !== null).length).toBeGreaterThan(1000);
});

test('the list names no commit that nothing cites', () => {
  const named = new Set(cited.map(({ source }) => commitOf(source.url)?.slice(1).join('@')));
  const unused = Object.entries(knownCommits).flatMap(([repository, commits]) =>
    commits.map((commit) => `${repository}@${commit}`).filter((name) => !named.has(name)),
  );
  expect(unused).toEqual([]);
});

test('a link to a commit names a file or the folder of one provider, never a whole repository', () => {
  const bare = cited.filter(({ source: { url = '' } }) =>
    /^https:\/\/github\.com\/[^/]+\/[^/]+\/(blob|tree)\/[0-9a-f]{7,40}\/?$/.test(url),
  );
  expect(bare.map(({ file, key }) => `${file} ${key}`)).toEqual([]);
});

test('no source is the front page of a site that has a page for each fact', () => {
  const fronts = cited.filter(({ source: { url = '' } }) => /^https:\/\/models\.dev\/?$/.test(url));
  expect(fronts.map(({ file }) => file)).toEqual([]);
});

/** Without an address nobody can look: such figures are derived from those beside them, or say that they are assumed. */
test('what others publish or measure has an address', () => {
  const without = cited.filter(
    ({ source: { url, known } }) => url === undefined && (known === 'published' || known === 'vendor'),
  );
  expect(without.map(({ file, key }) => `${file} ${key}`)).toEqual([]);
});

function commitOf(url = ''): RegExpExecArray | null {
  return (
    /^https:\/\/github\.com\/([^/]+\/[^/]+)\/(?:blob|tree|commit)\/([0-9a-f]{7,40})(?=\/|#|$)/.exec(url) ??
    /^https:\/\/raw\.githubusercontent\.com\/([^/]+\/[^/]+)\/([0-9a-f]{7,40})\//.exec(url)
  );
}
