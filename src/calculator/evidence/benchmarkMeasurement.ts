import { createHash } from 'node:crypto';
import { InvalidWorkloadError, MissingFigureError } from '../../engine/errors.ts';
import type { BenchmarkRun } from '../../importers/benchmarks/benchmarkRun.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { type FactProblem, InvalidFactsError, UnknownProfileError, UnsupportedError } from '../../registry/errors.ts';
import type { Profile } from '../../registry/kinds/kind.ts';
import { slug } from '../../registry/kinds/listFile.ts';
import type { Measurement } from '../../registry/kinds/measurement.ts';
import { foldName } from '../../registry/name.ts';
import { resolveName, resolvePlain } from '../../registry/names/resolve.ts';
import type { Question } from '../question.ts';
import { resolveDeployment } from '../resolve.ts';

/** What somebody says about runs beside their file; wins over what the file says. */
export interface RunLabels {
  id?: string | null | undefined;
  model?: string | null | undefined;
  hardware?: string | null | undefined;
  devices?: number | null | undefined;
  parallelism?: Question['parallelism'];
  runtime?: string | null | undefined;
  runtimeVersion?: string | null | undefined;
  runtimeYear?: number | null | undefined;
  weights?: string | null | undefined;
  kvCache?: string | null | undefined;
  mode?: Measurement['mode'] | undefined;
  concurrency?: number | null | undefined;
  date?: string | null | undefined;
  title?: string | null | undefined;
  notes?: string | null | undefined;
  trust?: Measurement['trust'] | null | undefined;
}

/** A measurement that is not stored yet. */
export interface NewMeasurement {
  id: string;
  /** Of the kind `measurement`; the registry validates them as any other's. */
  facts: Record<string, unknown>;
}

/** Whose words a problem is in: the arguments' (`labels.model`) or one input's (`input.model`). */
export type PlaceOf = (field: string, run: BenchmarkRun) => string;

/**
 * A run of a benchmark as a measurement of your own, every name an id and every default an estimate would take filled in, so that a
 * question with the same words is of the same deployment.
 *
 * What neither file nor labels say is a problem named by its field; devices (1), the cache format (the runtime's), the
 * layout (tensor = devices) and the year of the build (the run's) have the defaults of estimates.
 *
 * @throws InvalidFactsError all missing or contradictory fields; UnknownProfileError
 */
export function benchmarkMeasurement(
  run: BenchmarkRun,
  labels: RunLabels,
  catalogue: Catalogue,
  today: string,
  placeOf: PlaceOf,
): NewMeasurement {
  const problems: FactProblem[] = [];
  const missing = (field: string, message: string, suggestion?: string) =>
    problems.push({ path: placeOf(field, run), code: 'MISSING', message, ...(suggestion && { suggestion }) });
  const named = <P extends Profile>(field: 'model' | 'hardware' | 'runtime', shelf: Names<P>): P | null => {
    const label = labels[field];
    if (label != null) return resolveName(catalogue, field, label, placeOf(field, run)).profile as Profile as P;
    const inFile = run[field];
    const found =
      inFile === null ? null : ((resolvePlain(catalogue, field, inFile) as P | null) ?? byItsName(inFile, shelf));
    if (found === null) {
      const said =
        inFile === null ? 'the file does not say it' : `nothing is called ${JSON.stringify(inFile.slice(0, 80))}`;
      missing(field, `is needed: ${said}`, inFile === null ? undefined : shelf.suggest(inFile)[0]);
    }
    return found;
  };
  const model = named('model', catalogue.model);
  const hardware = named('hardware', catalogue.hardware);
  const runtime = named('runtime', catalogue.runtime);
  const weights = labels.weights ?? run.weights;
  const concurrency = labels.concurrency ?? run.concurrency;
  if (weights === null) missing('weights', 'is needed: the format of the weights that ran', model?.facts.nativeFormat);
  const mode = modeOf(run, labels, concurrency, runtime?.engine.served ?? false);
  if (mode === null) {
    missing('concurrency', 'is needed: everything was sent at once; say how many ran at a time, or mode SATURATED');
  } else if (mode !== 'saturated' && mode !== 'single-stream' && concurrency === null) {
    missing('concurrency', 'is needed: sequences in flight');
  }
  if (problems.length > 0 || !model || !hardware || !runtime || weights === null || mode === null) {
    throw new InvalidFactsError('measurement', labels.id ?? '', problems);
  }
  refuseSplit(run, model.engine.architecture?.blocks ?? [], hardware.engine.kind, placeOf);
  const date = labels.date ?? run.date ?? today;
  const runtimeYear = labels.runtimeYear ?? run.runtimeYear ?? Number(date.slice(0, 4));
  const batch = mode === 'saturated' || mode === 'single-stream' ? 1 : (concurrency ?? 1);
  const { deployment } = resolvedOrRefused(labels.id ?? '', placeOf, run, () =>
    resolveDeployment(
      {
        ...{ model: model.id, hardware: hardware.id, runtime: runtime.id, runtimeYear, weights, batch },
        ...{ kvCache: labels.kvCache ?? run.kvCache, devices: labels.devices ?? run.devices },
        ...{ parallelism: labels.parallelism, contextTokens: run.contextTokens },
        ...{ promptTokens: run.promptTokens ?? 0, outputTokens: Math.max(1, run.outputTokens ?? 1) },
        scheduling: mode === 'static-batch' ? 'static' : mode === 'single-stream' ? null : 'continuous',
      },
      model,
      catalogue,
    ),
  );
  const runtimeVersion = labels.runtimeVersion ?? run.runtimeVersion;
  const { metrics, notes } = mode === 'saturated' ? ofEverythingAtOnce(run) : run;
  if (Object.keys(metrics).length === 0) {
    const message = 'is needed: of everything queued at once only a rate says something about the deployment';
    throw invalid(labels.id ?? '', placeOf('outputTokensPerSecond', run), 'MISSING', message);
  }
  const facts = {
    set: 'own',
    source: 'own',
    sources: {
      own: { title: labels.title ?? 'Own benchmark', citation: `Own benchmark, recorded ${today}.`, known: 'measured' },
    },
    date,
    ...{ model: model.id, hardware: hardware.id, devices: deployment.engine.devices },
    parallelism: deployment.engine.parallelism,
    ...{ runtime: runtime.id, runtimeVersion, runtimeYear, backend: run.backend, flashAttention: run.flashAttention },
    ...{ threads: run.threads, prefillChunkTokens: run.prefillChunkTokens, weightsFileGiB: run.weightsFileGiB },
    ...{ weights: deployment.weights.id, kvCache: deployment.kvCache.id, mode },
    concurrency: mode === 'saturated' ? null : batch,
    ...{ promptTokens: run.promptTokens, outputTokens: run.outputTokens, contextTokens: run.contextTokens },
    metrics,
    trust: labels.trust ?? (runtimeVersion === null || runtimeVersion === undefined ? 'medium' : 'high'),
    notes: [...notes, ...(labels.notes ? [labels.notes] : [])].join(' ').slice(0, 500) || null,
  };
  return { id: labels.id ?? idOf(facts), facts };
}

/** By the name that people or drivers read, or a model's at its hub without the publisher; of several, none. */
function byItsName<P extends Profile>(given: string, shelf: Names<P>): P | null {
  const wanted = foldName(given);
  const found = shelf.all().filter(({ name, aliases }) => {
    return foldName(name) === wanted || aliases.some((alias) => foldName(alias).endsWith(`/${wanted}`));
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

interface Names<P> {
  all(): readonly P[];
  get(name: string, argument?: string): P;
  find(name: string): P | null;
  suggest(name: string): string[];
}

/** Unstated: requests to a server are served; a program on its own runs one sequence, or a static batch. */
function modeOf(
  run: BenchmarkRun,
  labels: RunLabels,
  concurrency: number | null,
  served: boolean,
): Measurement['mode'] {
  if (labels.mode != null) return labels.mode;
  if (run.mode !== null) return run.mode;
  if (concurrency === null) return null;
  if (served) return 'served';
  return concurrency === 1 ? 'single-stream' : 'static-batch';
}

/** Times of a burst are mostly waiting; its rates are what it measured. */
function ofEverythingAtOnce({ metrics, notes }: BenchmarkRun): Pick<BenchmarkRun, 'metrics' | 'notes'> {
  const { outputTokensPerSecond } = metrics;
  return {
    metrics: outputTokensPerSecond === undefined ? {} : { outputTokensPerSecond },
    notes: [...notes, 'Everything was queued at once: times of single requests are mostly waiting and were left out.'],
  };
}

/** Layers on the CPU beside a GPU are not what estimates describe. */
function refuseSplit(run: BenchmarkRun, blocks: readonly { layers: number }[], kind: string, placeOf: PlaceOf): void {
  const layers = blocks.reduce((sum, block) => sum + block.layers, 0);
  if (run.backend === 'cpu' && kind !== 'cpu') {
    const message = 'must be a CPU: the run used the CPU alone';
    throw invalid('', placeOf('hardware', run), 'CONTRADICTION', message);
  }
  if (run.gpuLayers === null || run.gpuLayers >= layers) return;
  const message = `only ${run.gpuLayers} of ${layers} layers ran on the GPU, which estimates do not describe`;
  throw invalid('', run.place === '' ? 'n_gpu_layers' : `${run.place}.n_gpu_layers`, 'CONTRADICTION', message);
}

/** What an estimate of the deployment would refuse, a measurement of it may not claim. */
function resolvedOrRefused<Result>(id: string, placeOf: PlaceOf, run: BenchmarkRun, resolve: () => Result): Result {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof InvalidWorkloadError) {
      throw invalid(id, placeOf(error.argument, run), 'CONTRADICTION', `must be ${error.allowed}`);
    }
    if (error instanceof UnsupportedError) {
      throw invalid(id, placeOf(error.argument, run), 'CONTRADICTION', error.message);
    }
    if (error instanceof MissingFigureError) throw invalid(id, placeOf(error.argument, run), 'MISSING', error.message);
    if (error instanceof UnknownProfileError) {
      const field = error.argument ?? error.kind;
      throw new UnknownProfileError(error.kind, error.value, error.suggestions, placeOf(field, run));
    }
    throw error;
  }
}

function invalid(id: string, path: string, code: string, message: string): InvalidFactsError {
  return new InvalidFactsError('measurement', id, [{ path, code, message }]);
}

/** The same run has the same id, so that a file that is imported twice is one set of measurements. */
function idOf(facts: { model: string; hardware: string; runtime: string }): string {
  const digest = createHash('sha256')
    .update(JSON.stringify({ ...facts, sources: null }))
    .digest('hex')
    .slice(0, 10);
  return slug(`own-${facts.model}-${facts.hardware}-${facts.runtime}`).slice(0, 100).concat('-', digest);
}
