// Lists what is older than it should be, oldest first: npm run stale [-- --all]
import { parseArgs } from 'node:util';
import { shelfOf } from '../src/registry/catalogue/catalogue.ts';
import { allKinds } from '../src/registry/kinds/kinds.ts';
import { openRegistry } from '../src/registry/registry.ts';
import { type Aged, staleProfiles } from './stale/age.ts';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });
const registry = await openRegistry({ databasePath: ':memory:' });
const profiles: Aged[] = allKinds.flatMap((kind) =>
  shelfOf(registry.catalogue(), kind.kind)
    .all()
    .map(({ id, facts }) => ({ kind: kind.kind, id, facts })),
);
await registry.close();

for (const { what, months, stale, undated } of staleProfiles(profiles, new Date())) {
  console.log(`${what}: ${stale.length} older than ${months} months, ${undated} without a day`);
  const shown = values.all ? stale : stale.slice(0, 5);
  for (const { id, day } of shown) console.log(`  ${day}  ${id}`);
  if (shown.length < stale.length) console.log(`  and ${stale.length - shown.length} more (-- --all)`);
}
