// Writes what is generated from the code: `npm run schema:write`. Tests fail when the committed files differ.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { buildSchema } from '../src/schema/index.ts';
import { profileSchemas } from './profileSchemas.ts';

const root = join(import.meta.dirname, '..');
const editorSchemas = join(root, 'seeds/schemas');
mkdirSync(editorSchemas, { recursive: true });

write(join(root, 'schema.graphql'), `${printSchema(buildSchema())}\n`);
for (const [name, text] of profileSchemas()) write(join(editorSchemas, name), text);

function write(path: string, text: string): void {
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
