import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const wrong = [
  ['src/engine/probe.ts', '../registry/kinds/kind.ts'],
  ['src/engine/probe.ts', './../registry/kinds/kind.ts'],
  ['src/engine/probe.ts', '../schema/builder.ts'],
  ['src/engine/probe.ts', 'zod'],
  ['src/engine/probe.ts', 'node:fs'],
  ['src/engine/serving/probe.ts', '../../registry/kinds/kind.ts'],
  ['src/engine/serving/probe.ts', '../desktop/../../registry/kinds/kind.ts'],
  ['src/engine/serving/probe.ts', 'better-sqlite3'],
  ['src/registry/probe.ts', '../schema/builder.ts'],
  ['src/registry/kinds/probe.ts', '../../server.ts'],
  ['src/registry/kinds/probe.ts', '../../server/http.ts'],
  ['src/registry/probe.ts', '../cli.ts'],
  ['src/registry/probe.ts', '../importers/pastedJson.ts'],
  ['src/importers/probe.ts', '../calculator/calculate.ts'],
  ['src/importers/models/probe.ts', '../../schema/builder.ts'],
  ['src/importers/models/probe.ts', '../../registry/storage/database.ts'],
  ['src/calculator/probe.ts', '../schema/units.ts'],
  ['src/calculator/evidence/probe.ts', '../../schema/units.ts'],
  ['src/calculator/probe.ts', '../registry/storage/tables.ts'],
  ['src/calculator/probe.ts', '../server/http.ts'],
  ['src/calculator/probe.ts', 'better-sqlite3'],
  ['src/calculator/probe.ts', 'drizzle-orm/sqlite-core'],
  ['src/calculator/probe.ts', 'graphql'],
  ['src/schema/probe.ts', '../server.ts'],
  ['src/schema/model/probe.ts', '../../server/http.ts'],
  ['src/schema/probe.ts', '../cli.ts'],
  ['src/registry/packs/probe.ts', 'better-sqlite3'],
  ['src/registry/packs/probe.ts', '../storage/statements.ts'],
  ['src/importers/probe.ts', '../registry/storage/tables.ts'],
  ['src/calculator/probe.ts', '../registry/storage/open.ts'],
  ['src/schema/probe.ts', 'drizzle-orm'],
  ['src/schema/mutations/probe.ts', '../../registry/storage/tables.ts'],
  ['src/server/probe.ts', 'drizzle-orm/better-sqlite3'],
  ['src/server/probe.ts', '../registry/storage/open.ts'],
  ['src/cli/probe.ts', '../registry/storage/backup.ts'],
  ['src/commands/probe.ts', '../registry/storage/sqliteStorage.ts'],
] as const;

const right = [
  ['src/engine/probe.ts', './shapes.ts'],
  ['src/engine/probe.ts', './serving/prefill.ts'],
  ['src/engine/serving/probe.ts', '../shapes.ts'],
  ['src/engine/serving/probe.ts', '../desktop/unpack.ts'],
  ['src/registry/kinds/probe.ts', '../../engine/shapes.ts'],
  ['src/registry/probe.ts', 'zod'],
  ['src/importers/probe.ts', '../registry/errors.ts'],
  ['src/importers/models/probe.ts', '../importRefused.ts'],
  ['src/calculator/probe.ts', '../registry/catalogue/catalogue.ts'],
  ['src/calculator/evidence/probe.ts', '../../importers/benchmarks/benchmarkRun.ts'],
  ['src/calculator/probe.ts', '../engine/shapes.ts'],
  ['src/schema/probe.ts', '../calculator/calculate.ts'],
  ['src/schema/probe.ts', '../registry/registry.ts'],
  ['src/schema/probe.ts', '../engine/shapes.ts'],
  ['src/server.ts', './schema/schema.ts'],
  ['src/cli.ts', './server/http.ts'],
  ['src/registry/packs/probe.ts', '../storage/storage.ts'],
  ['src/registry/storage/probe.ts', 'drizzle-orm/better-sqlite3'],
  ['src/commands/probe.ts', '../registry/storage/open.ts'],
  ['src/commands/probe.ts', '../registry/storage/backup.ts'],
] as const;

// A copy of the rules beside probe files: nothing is ever written into the project's own src/.
let folder: string;
let refused: Set<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'import-arrows-'));
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [index, [file, target]] of [...wrong, ...right].entries()) {
    const path = join(folder, probePath(file, index));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { probe } from '${target}';\n\nexport const seen = probe;\n`);
  }
  refused = await filesRefusedForImports(folder);
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(wrong)('%s may not import %s', (file, target) => {
  const index = wrong.findIndex((arrow) => arrow[0] === file && arrow[1] === target);
  expect(refused).toContain(probePath(file, index));
});

test.each(right)('%s may import %s', (file, target) => {
  const index = wrong.length + right.findIndex((arrow) => arrow[0] === file && arrow[1] === target);
  expect(refused).not.toContain(probePath(file, index));
});

function probePath(file: string, index: number): string {
  return file === 'src/server.ts' || file === 'src/cli.ts' ? file : join(dirname(file), `probe${index}.ts`);
}

async function filesRefusedForImports(cwd: string): Promise<Set<string>> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
  const output = await promisify(execFile)(process.execPath, [biome, ...options], { cwd }).then(
    ({ stdout }) => stdout,
    (failure: { stdout: string }) => failure.stdout,
  );
  const lines = output.split('\n').filter((line) => line.includes('noRestrictedImports'));
  return new Set(lines.map((line) => relative(realpathSync(cwd), /file=([^,]+)/.exec(line)?.[1] ?? line)));
}
