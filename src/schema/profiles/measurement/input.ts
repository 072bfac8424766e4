import type { TokenTimeDefinition } from '../../../importers/benchmarks/benchmarkRun.ts';
import { benchmarkFormats } from '../../../importers/benchmarks/readBenchmarks.ts';
import { builder } from '../../builder.ts';
import { ParallelismInput } from '../../estimate/options.ts';
import type { InputFields } from '../inputsOf.ts';
import { MeasurementMode, Trust } from './type.ts';

export const BenchmarkFormatType = builder.enumType('BenchmarkFormat', {
  description: 'Outputs of benchmarks that can be imported.',
  values: Object.fromEntries(
    [...benchmarkFormats].map(([name, { title }]) => [
      name.toUpperCase().replaceAll('-', '_'),
      { value: name, description: title },
    ]),
  ),
});

const TokenTimeDefinitionType = builder.enumType('TokenTimeDefinition', {
  description: 'Whether a time per output token includes the first token.',
  values: {
    EXCLUDES_FIRST: {
      value: 'excludes-first',
      description: '(last token − first token) ÷ (tokens − 1): vLLM’s TPOT, GuideLLM’s inter-token latency.',
    },
    INCLUDES_FIRST: {
      value: 'includes-first',
      description: 'The whole request ÷ tokens, the prompt included: it is kept as the end-to-end time that it is.',
    },
  } as const satisfies Record<string, { value: TokenTimeDefinition; description: string }>,
});

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

export const MeasurementLabels = builder.inputType('MeasurementLabels', {
  description: 'What a benchmark’s file does not say about its runs. Wins over what it does say.',
  fields: (t) => runFields(t as InputFields, false),
});

const rate = 'in tokens per second';

export const MeasurementRecordInput = builder.inputType('MeasurementRecordInput', {
  description: 'One run of a benchmark: where and how it ran, and at least one of the times and rates.',
  fields: (t) => ({
    id: t.id({ description: 'Default: made from what is measured, so that the same run has the same id.' }),
    ...runFields(t as InputFields, true),
    promptTokens: t.float({ description: 'Prompt per sequence, in tokens (a mean may be fractional). Default: 0.' }),
    outputTokens: t.float({
      description:
        'Generated per sequence, in tokens (a mean may be fractional). Default: none, only the prompt was read.',
    }),
    contextTokens: t.float({ description: 'In the cache before the timed part, in tokens. Default: 0.' }),
    timeToFirstTokenMs: t.float({ description: 'Time to the first token, in milliseconds.' }),
    timePerOutputTokenMs: t.float({
      description: 'Mean time of an output token, in milliseconds; needs timePerOutputTokenDefinition.',
    }),
    timePerOutputTokenDefinition: t.field({
      type: TokenTimeDefinitionType,
      description: 'What timePerOutputTokenMs means: tools differ, so it is not guessed.',
    }),
    endToEndMs: t.float({ description: 'A whole request, or the whole static batch, in milliseconds.' }),
    prefillTokensPerSecond: t.float({ description: `Prompt tokens of the whole batch, ${rate}.` }),
    decodeTokensPerSecondPerSequence: t.float({ description: `One sequence after its prompt, ${rate}.` }),
    outputTokensPerSecond: t.float({ description: `Generated by the whole system over the whole run, ${rate}.` }),
    totalTokensPerSecond: t.float({ description: `Prompt and output of the whole system, ${rate}.` }),
  }),
});
