import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { profileSchemas } from '../../scripts/profileSchemas.ts';
import { allKinds } from '../../src/registry/kinds/kinds.ts';

const seeds = join(import.meta.dirname, '../../seeds');
const read = (...path: string[]) => readFileSync(join(seeds, ...path), 'utf8');

describe('schemas for editors', () => {
  test('are those of the code: run `npm run schema:write` after a change', () => {
    const committed = readdirSync(join(seeds, 'schemas')).map((name) => [name, read('schemas', name)] as const);
    expect(new Map(committed)).toEqual(profileSchemas());
  });

  test.each(allKinds)('of $folder/ are linked by every file and hold for it', ({ folder }) => {
    const name = `${folder}.schema.json`;
    const schema = z.fromJSONSchema(JSON.parse(read('schemas', name)));
    for (const file of readdirSync(join(seeds, folder))) {
      const content = JSON.parse(read(folder, file));
      expect(content.$schema, file).toBe(`../schemas/${name}`);
      const { success, error } = schema.safeParse(content);
      expect(success, `${folder}/${file}: ${error?.message}`).toBe(true);
    }
  });

  test.each(allKinds)('of $folder/ say what every field means', ({ folder }) => {
    expect(silentFields(JSON.parse(read('schemas', `${folder}.schema.json`)), '')).toEqual([]);
  });

  test.each(allKinds)('of $folder/ name a key that is misspelt', ({ folder }) => {
    const schema = z.fromJSONSchema(JSON.parse(read('schemas', `${folder}.schema.json`)));
    const [file = ''] = readdirSync(join(seeds, folder));
    const misspelt = { ...JSON.parse(read(folder, file)), soruces: {} };
    expect(schema.safeParse(misspelt).error?.message).toContain('soruces');
  });
});

/** Paths of the fields without a description, `$schema` aside. */
function silentFields(schema: object, path: string): string[] {
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (typeof inner !== 'object' || inner === null) return [];
    const own = key !== 'properties' ? [] : Object.entries<{ description?: string }>(inner);
    const silent = own.filter(([name, { description }]) => name !== '$schema' && !description);
    return [...silent.map(([name]) => `${path}/${name}`), ...silentFields(inner, `${path}/${key}`)];
  });
}
