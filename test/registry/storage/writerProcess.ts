// A process of its own that creates models as fast as it can: node writerProcess.ts DATABASE SEEDS PREFIX
// Prints each id once its creation is acknowledged. The test kills it.
import { writeSync } from 'node:fs';
import { openRegistry } from '../../../src/registry/registry.ts';
import { hostedModel } from '../profileFacts.ts';

const [databasePath = '', seeds = '', prefix = ''] = process.argv.slice(2);
const { write } = await openRegistry({ databasePath, seeds });
for (let count = 0; ; count++) {
  const id = `${prefix}-${count}`;
  await write.create({ kind: 'model', id, facts: hostedModel(id), actor: prefix, idempotencyKey: id });
  // Synchronous: what was printed before the kill was acknowledged before the kill.
  writeSync(1, `${id}\n`);
}
