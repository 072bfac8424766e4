// Writes schema.graphql from the code: `npm run schema:write`. A test fails when the committed file differs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { buildSchema } from '../src/schema/index.ts';

const path = join(import.meta.dirname, '..', 'schema.graphql');
writeFileSync(path, `${printSchema(buildSchema())}\n`);
console.log(`wrote ${path}`);
