import { afterAll, beforeAll, expect, test } from 'vitest';
import { evidenceFor, movedEstimate } from '../../src/calculator/evidence/evidence.ts';
import { measuredRun } from '../../src/calculator/evidence/measuredRuns.ts';
import { lookUpCoefficient } from '../../src/engine/coefficients.ts';
import { errorBand } from '../../src/engine/evidence/uncertainty.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

// One set has hundreds of runs of its deployments, many of them near one another: still one source.
test('all that one source publishes of a deployment narrows its range by no more than one measurement would', () => {
  const catalogue = registry.catalogue();
  const { coefficients } = registry;
  const groupPoints = lookUpCoefficient(coefficients, 'error.groupPoints', ['all']);
  const runs = catalogue.measurement
    .all()
    .filter(({ facts }) => facts.set === 'aiconfigurator-agg')
    .filter((_, place) => place % 25 === 0)
    .map(({ facts }) => measuredRun(facts, catalogue))
    .filter((run) => run !== null);
  expect(runs.length).toBeGreaterThan(20);
  let narrowed = 0;
  for (const run of runs) {
    const moved = movedEstimate(run, catalogue, coefficients);
    const plain = errorBand(run.deployment, run.workload, moved.estimate, coefficients).timePerOutputToken;
    const near = evidenceFor(run, moved, catalogue, coefficients).timePerOutputToken;
    expect(near).toBeGreaterThanOrEqual(plain * Math.sqrt(groupPoints / (groupPoints + 1)) * (1 - 1e-9));
    if (near < plain) narrowed += 1;
  }
  expect(narrowed).toBeGreaterThan(runs.length / 2);
});
