import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../server/serverProcess.ts';

const root = join(import.meta.dirname, '../..');
const recipes = readFileSync(join(root, 'docs/recipes.md'), 'utf8');
const front = temporaryFolder();

/** The code of a file of the recipe. */
function recipe(path: string): string {
  const code = new RegExp(`^\`${path}\`\n\n\`\`\`typescript\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(recipes)?.[1];
  if (code === undefined) throw new Error(`docs/recipes.md has no ${path}`);
  return code;
}

const config = recipe('front-end/codegen.ts');
const picker = recipe('front-end/src/picker.ts');
/** As the recipe's configuration says. */
const scalars = Object.fromEntries(
  [...(/scalars: \{(.*)\}/.exec(config)?.[1] ?? '').matchAll(/(\w+): '(\w+)'/g)].map(([, name, type]) => [name, type]),
);

beforeAll(async () => {
  write('src/picker.ts', picker);
  write('package.json', '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(front, 'node_modules'));
  const text = /graphql\(`([\s\S]*?)`\)/.exec(picker)?.[1] ?? '';
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  const sections = await preset.buildGeneratesSection({
    ...{ baseOutputDir: 'src/gql/', schema: parse(schema), schemaAst: buildSchema(schema), presetConfig: {} },
    documents: [{ location: 'src/picker.ts', document: parse(text), rawSDL: text }],
    ...{ config: { scalars, useTypeImports: true }, plugins: [], pluginMap: {}, pluginContext: {} },
  });
  for (const section of sections) write(section.filename, await codegen(section));
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(front, path)), { recursive: true });
  writeFileSync(join(front, path), text);
}

function typeCheck() {
  const options =
    '--noEmit --strict --skipLibCheck --target esnext --module preserve --moduleResolution bundler ' +
    '--allowImportingTsExtensions --lib esnext,dom --types node';
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, ...options.split(' '), 'src/picker.ts'], { cwd: front, encoding: 'utf8' });
}

describe('the front-end recipe', () => {
  test('every scalar of the schema has a type in its configuration', () => {
    const own = [...readFileSync(join(root, 'schema.graphql'), 'utf8').matchAll(/^scalar (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(Object.keys(scalars).toSorted()).toEqual(own.toSorted());
  });

  test('its code has the types of its question', () => {
    const { status, stdout } = typeCheck();
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test('a field that the question does not ask for, and a variable of another type, are errors', () => {
    write(
      'src/picker.ts',
      picker.replace('({ memoryGiB }) =>', '({ powerWatts: memoryGiB }) =>').replace("vendor: 'NVIDIA'", 'vendor: 7'),
    );
    const { status, stdout } = typeCheck();
    expect(status).not.toBe(0);
    expect(stdout).toContain("Property 'powerWatts' does not exist");
    expect(stdout).toMatch(/Type 'number' is not assignable to type/);
  });
});
