// One copy of the project with vitest kept warm: puts a fault in, runs the tests until one fails, takes it out again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest, type TestSpecification } from 'vitest/node';
import type { Mutant } from './mutations.ts';

/** Folders with the tests that are run; the committed accuracy predictions (test/calibration) are not among them. */
const testFolders = ['test/engine', 'test/calculator', 'test/schema'];
/** Tests of the API that are of no use to a fault in the physics: they ask about the calculator around it. */
const aboutTheCalculator = /test\/schema\/(?!estimate)/;

const root = process.argv[2] ?? '.';
const vitest = await createVitest('test', { root, watch: false, bail: 1, reporters: [{}], silent: true });
const found = await vitest.globTestSpecifications(testFolders);
// The printed schema is a text that no fault of an answer changes.
const specifications = found.filter(({ moduleId }) => !moduleId.endsWith('schemaFile.test.ts'));

/** After so many faults that tests noticed, in a row, one looks whether the tests still pass without any. */
const doubtfulStreak = 20;

const passes = await holds(specifications);
process.send?.({ ready: passes });
let streak = 0;

process.on('message', async (mutant: Mutant) => {
  const path = join(root, mutant.file);
  const source = readFileSync(path, 'utf8');
  write(path, source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end));
  const survived = (await holds(nearest(mutant.file))) && (await holds(others(mutant.file)));
  write(path, source);
  streak = survived ? 0 : streak + 1;
  const broken = streak > 0 && streak % doubtfulStreak === 0 && !(await holds(specifications));
  process.send?.({ survived, broken });
});

// Whoever started this is gone: the tests, one of which may never end, go too.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

function write(path: string, source: string): void {
  writeFileSync(path, source);
  vitest.invalidateFile(path);
}

async function holds(chosen: TestSpecification[]): Promise<boolean> {
  if (chosen.length === 0) return true;
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
  return unhandledErrors.length === 0 && testModules.every((module) => module.ok());
}

function nearest(file: string): TestSpecification[] {
  return specifications.filter(({ moduleId }) => isNear(moduleId, file));
}

function others(file: string): TestSpecification[] {
  const ofCalculator = file.startsWith('src/calculator');
  return specifications.filter(({ moduleId }) => {
    return !isNear(moduleId, file) && (ofCalculator || !aboutTheCalculator.test(moduleId));
  });
}

/** Tests in the folder that mirrors the file's. */
function isNear(testPath: string, file: string): boolean {
  const folder = file.slice('src/'.length, file.lastIndexOf('/') + 1);
  return testPath.startsWith(join(root, 'test', folder));
}
