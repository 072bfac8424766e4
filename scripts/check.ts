// Every check there is, in one command (`npm test`): format and lint, types, then the tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'calculator-check-'));
const testReport = join(reports, 'tests.json');

let passed = 0;
let failed = 0;

check('format, lint and import arrows', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings']);
check('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
runTests();

rmSync(reports, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** One check that is quiet when all is well. */
function check(title: string, command: readonly string[]): void {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? '✓' : '✗'} ${title} (${seconds} s)`);
  if (status !== 0) console.log(stdout + stderr);
}

function runTests(): void {
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  const { status } = spawnSync(process.execPath, [...command, `--outputFile.json=${testReport}`], {
    cwd: root,
    stdio: 'inherit',
  });
  const counts = readCounts();
  passed += counts.passed;
  // A file that does not load, or an error outside a test, fails the run without failing a test.
  failed += Math.max(counts.failed, status === 0 ? 0 : 1);
}

function readCounts(): { passed: number; failed: number } {
  try {
    const report = JSON.parse(readFileSync(testReport, 'utf8'));
    return { passed: report.numPassedTests, failed: report.numFailedTests };
  } catch (error) {
    console.error(`vitest left no report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1 };
  }
}
