import {
  benchmarkMeasurement,
  type NewMeasurement,
  type RunLabels,
} from '../../../calculator/evidence/benchmarkMeasurement.ts';
import { implausibleSpeeds } from '../../../calculator/evidence/plausibleSpeed.ts';
import { addTokenTime, type BenchmarkRun, emptyRun, plainMetrics } from '../../../importers/benchmarks/benchmarkRun.ts';
import { readBenchmarks } from '../../../importers/benchmarks/readBenchmarks.ts';
import type { MeasurementProfile } from '../../../registry/catalogue/profiles.ts';
import { type FactProblem, InvalidFactsError } from '../../../registry/errors.ts';
import { factProblems } from '../../../registry/kinds/factProblems.ts';
import type { Profile } from '../../../registry/kinds/kind.ts';
import { kind as measurementKind, metricsSchema } from '../../../registry/kinds/measurement.ts';
import { builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import { ParallelismInput } from '../../estimate/options.ts';
import { mutation } from '../../mutations/mutation.ts';
import {
  checkIdempotencyKey,
  dryRunArgument,
  idempotencyKeyArgument,
  payloadOf,
  retirementMutations,
  writingPaths,
} from '../../mutations/profileMutations.ts';
import { factOf } from '../factTypes.ts';
import type { InputFields } from '../inputsOf.ts';
import { BenchmarkFormatType, MeasurementMode, MeasurementType, TokenTimeDefinitionType, Trust } from './type.ts';

const kind = 'measurement';

/** What says where and how something ran; `required` where no file can say it. */
function runFields(t: InputFields, required: boolean) {
  const fromFile = required ? '' : ' Default: what the file says, where it says it.';
  return {
    model: t.id({ required, description: `Id or alias of the model.${fromFile}` }),
    hardware: t.id({ required, description: `Id or alias of the device.${fromFile}` }),
    runtime: t.id({ required, description: `Id or alias of the runtime.${fromFile}` }),
    weights: t.id({ required, description: `Id or alias of the format of the weights.${fromFile}` }),
    devices: t.int({ description: 'Devices used, a count. Default: 1.' }),
    parallelism: t.field({
      type: ParallelismInput,
      description: 'How the model was spread over them. Default: tensor = devices.',
    }),
    runtimeVersion: t.string({ description: `Version of the runtime, as it prints it.${fromFile}` }),
    runtimeYear: t.int({ description: 'Year of the runtime’s build (calendar year). Default: the year of the run.' }),
    kvCache: t.id({ description: `Id or alias of the cache’s format.${fromFile} Else the runtime’s own.` }),
    mode: t.field({
      type: MeasurementMode,
      description: `How it was driven.${fromFile} Else SERVED for a runtime that serves, SINGLE_STREAM or STATIC_BATCH for one that does not.`,
    }),
    concurrency: t.int({ description: `Sequences in flight, or in the static batch, a count.${fromFile}` }),
    date: t.string({ description: `Day of the run, YYYY-MM-DD or as precisely as known.${fromFile} Else today.` }),
    title: t.string({ description: 'What to call its source. Default: Own benchmark.' }),
    notes: t.string({ description: 'What to know about it.' }),
    trust: t.field({
      type: Trust,
      description:
        'How far it can be trusted; LOW is kept and moves no estimate. Default: HIGH with a version of the runtime, else MEDIUM.',
    }),
  };
}

const MeasurementLabels = builder.inputType('MeasurementLabels', {
  description: 'What a benchmark’s file does not say about its runs. Wins over what it does say.',
  fields: (t) => runFields(t as InputFields, false),
});

/** Measured figures, in the words of the facts. */
function rateFields(t: InputFields) {
  const { shape } = metricsSchema;
  const fields = plainMetrics.map((name) => [name, t.float({ description: factOf(shape[name]).description })]);
  return Object.fromEntries(fields) as Record<(typeof plainMetrics)[number], ReturnType<typeof t.float<false>>>;
}

const MeasurementRecordInput = builder.inputType('MeasurementRecordInput', {
  description: 'One run of a benchmark: where and how it ran, and at least one of the times and rates.',
  fields: (t) => {
    const { timeToFirstTokenMs, ...others } = rateFields(t as InputFields);
    return {
      id: t.id({ description: 'Default: made from what is measured, so that the same run has the same id.' }),
      ...runFields(t as InputFields, true),
      promptTokens: t.float({ description: 'Prompt per sequence, in tokens (a mean may be fractional). Default: 0.' }),
      outputTokens: t.float({
        description:
          'Generated per sequence, in tokens (a mean may be fractional). Default: none, only the prompt was read.',
      }),
      contextTokens: t.float({ description: 'In the cache before the timed part, in tokens. Default: 0.' }),
      timeToFirstTokenMs,
      timePerOutputTokenMs: t.float({
        description: 'Mean time of an output token, in milliseconds; needs timePerOutputTokenDefinition.',
      }),
      timePerOutputTokenDefinition: t.field({
        type: TokenTimeDefinitionType,
        description: 'What timePerOutputTokenMs means: tools differ, so it is not guessed.',
      }),
      ...others,
    };
  },
});

mutation({
  name: 'measurementRecord',
  kind,
  description:
    'Records a benchmark of your own. Estimates of the deployment move onto it, other estimates of the device with the ' +
    'runtime by what your measurements have in common, and no others: see `basis.calibration`. Example: ' +
    '`mutation { measurementRecord(dryRun: true, input: { model: "llama-3.1-8b", hardware: "L40S", runtime: "vllm", ' +
    'weights: "bf16", concurrency: 16, promptTokens: 1024, outputTokens: 128, timePerOutputTokenMs: 37, ' +
    'timePerOutputTokenDefinition: EXCLUDES_FIRST }) { ... on MeasurementRecordPayload { measurement { id } } ' +
    '... on Error { message } } }`',
  args: (arg) => ({
    input: arg({ type: MeasurementRecordInput, required: true, description: 'What ran, and what was measured.' }),
    idempotencyKey: idempotencyKeyArgument(arg),
    dryRun: dryRunArgument(arg),
  }),
  payload: payloadOf('MeasurementRecordPayload', kind, 'the benchmark', MeasurementType),
  errors: ['input', 'creation', 'existing'],
  run: ({ input, idempotencyKey, dryRun }, { actor, context }) => {
    checkIdempotencyKey(kind, input.id ?? '', idempotencyKey);
    const { id, facts } = checked(
      [{ run: statedRun(input), labels: input }],
      context,
      (field) => `input.${field}`,
    )[0] as NewMeasurement;
    const request = { kind, id, facts, actor, dryRun: dryRun ?? false, idempotencyKey: idempotencyKey ?? undefined };
    return writingPaths(
      (path) => `input.${inputField(path)}`,
      async () => ({
        profile: await context.registry.write.create(request),
        dryRun: request.dryRun,
      }),
    );
  },
});

/** The field of an input that states a fact. */
function inputField(factPath: string): string {
  return factPath.replace(/^(metrics|sources\.own)\./, '');
}

/** What an import answers. */
interface ImportPayload {
  measurements: readonly Profile[];
  known: readonly Profile[];
  dryRun: boolean;
}

const ImportPayloadType = builder.objectRef<ImportPayload>('MeasurementImportPayload').implement({
  description: 'It happened; or, in a dry run, it would have.',
  fields: (t) => ({
    measurements: t.field({
      type: [MeasurementType],
      description: 'The runs of the file as measurements, in its order.',
      resolve: ({ measurements }) => measurements as MeasurementProfile[],
    }),
    known: t.field({
      type: [MeasurementType],
      description: 'Runs that were imported before, unchanged; a retired one stays retired.',
      resolve: ({ known }) => known as MeasurementProfile[],
    }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Nothing was written.' }),
  }),
});

mutation({
  name: 'measurementImport',
  kind,
  dryRunForAll: true,
  description:
    'Imports the output of a benchmark: all of its runs or, when anything is wrong with one, none. A file that is imported ' +
    'twice is one set of measurements. A dry run needs no key. Example: `mutation { measurementImport(dryRun: true, format: LLAMA_BENCH_CSV, ' +
    'text: "n_prompt,n_gen,avg_ts\\n0,128,118.9", labels: { model: "qwen2.5-7b", hardware: "RTX 4080", weights: "Q4_K_M" }) ' +
    '{ ... on MeasurementImportPayload { measurements { id } } ... on Error { message } } }`',
  args: (arg) => ({
    format: arg({ type: BenchmarkFormatType, required: true, description: 'What wrote it.' }),
    text: arg.string({ required: true, description: 'The whole file, up to 1,048,576 characters.' }),
    labels: arg({ type: MeasurementLabels, description: 'What the file does not say; of all its runs.' }),
    dryRun: dryRunArgument(arg),
  }),
  payload: ImportPayloadType,
  errors: ['input', 'existing'],
  run: async ({ format, text, labels, dryRun }, { actor, context }) => {
    const runs = readBenchmarks(format, text).map((run) => ({ run, labels: labels ?? {} }));
    const owns = checked(runs, context, (field) => `labels.${field}`);
    const shelf = context.registry.catalogue().measurement;
    const known = owns.flatMap(({ id }) => shelf.find(id) ?? []);
    const fresh = owns.filter(({ id }) => !shelf.has(id)).map(({ id, facts }) => ({ kind, id, facts, actor }));
    const request = { kind, requests: fresh, dryRun: dryRun ?? false };
    const created = fresh.length === 0 ? [] : await context.registry.write.createAll(request);
    return { measurements: created, known, dryRun: request.dryRun };
  },
});

retirementMutations(kind, { name: kind, thing: 'a measurement', node: MeasurementType });

/** Every run as a measurement, or all problems of all of them at once. */
function checked(
  runs: readonly { run: BenchmarkRun; labels: RunLabels }[],
  { registry, coefficients }: Context,
  placeOf: (field: string) => string,
): NewMeasurement[] {
  const catalogue = registry.catalogue();
  const today = new Date().toISOString().slice(0, 10);
  const problems = new Map<string, FactProblem>();
  const note = (problem: FactProblem) => problems.set(`${problem.path} ${problem.message}`, problem);
  const owns = runs.flatMap(({ run, labels }) => {
    try {
      const own = benchmarkMeasurement(run, labels, catalogue, today, placeOf);
      const parsed = measurementKind.schema.safeParse(own.facts);
      const problems = parsed.success
        ? implausibleSpeeds(parsed.data, catalogue, coefficients)
        : factProblems(parsed.error, measurementKind.schema, own.facts);
      for (const problem of problems) {
        const field = inputField(problem.path);
        note({ ...problem, path: run.place === '' ? placeOf(field) : `${run.place}.${field}` });
      }
      return [own];
    } catch (error) {
      if (!(error instanceof InvalidFactsError)) throw error;
      for (const problem of error.problems) note(problem);
      return [];
    }
  });
  if (problems.size > 0) throw new InvalidFactsError(kind, '', [...problems.values()]);
  return owns;
}

/** The run that an input states. */
function statedRun(input: typeof MeasurementRecordInput.$inferInput): BenchmarkRun {
  const { promptTokens, outputTokens, contextTokens, timePerOutputTokenMs: each, timePerOutputTokenDefinition } = input;
  const run = emptyRun('');
  Object.assign(run, {
    promptTokens: promptTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    contextTokens: contextTokens ?? 0,
  });
  const problems: FactProblem[] = [];
  const note = (path: string, code: string, message: string) => problems.push({ path, code, message });
  const notAbove0 = (name: string, value: number) =>
    note(`input.${name}`, 'OUT_OF_RANGE', `must be above 0; got ${value}`);
  for (const name of plainMetrics) {
    const value = input[name];
    if (value == null) continue;
    run.metrics[name] = value;
    if (value <= 0) notAbove0(name, value);
  }
  if (each == null) {
    const message = `needs a measured figure: timePerOutputTokenMs, ${plainMetrics.join(', ')}`;
    if (Object.keys(run.metrics).length === 0) note('input', 'MISSING', message);
  } else if (timePerOutputTokenDefinition == null) {
    const message = 'is needed with timePerOutputTokenMs: EXCLUDES_FIRST or INCLUDES_FIRST';
    note('input.timePerOutputTokenDefinition', 'MISSING', message);
  } else if (!(each > 0)) {
    notAbove0('timePerOutputTokenMs', each);
  } else {
    addTokenTime(run, each, timePerOutputTokenDefinition, 'input.outputTokens');
  }
  if (problems.length > 0) throw new InvalidFactsError(kind, '', problems);
  return run;
}
