import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema as buildFromText, findBreakingChanges, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/schema/index.ts';

const committed = readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8');

/** What clients rely on, from the design; additions are free, these stay. */
const contract = readFileSync(join(import.meta.dirname, 'contract.graphql'), 'utf8');

describe('schema.graphql', () => {
  test('is the printed schema: run `npm run schema:write` after a change', () => {
    expect(`${printSchema(buildSchema())}\n`).toBe(committed);
  });

  test('breaks nothing that the design promises', () => {
    const changes = findBreakingChanges(buildFromText(contract), buildFromText(committed));
    expect(changes.map(({ description }) => description)).toEqual([]);
  });
});
