import { optional, strictObject, z } from 'zod';
import type { HostedMeasurement } from '../../engine/hosted.ts';
import type { Kind } from './kind.ts';
import { listDefaults, listRows, listTitle, namedSources, withIds } from './listFile.ts';
import { positive, text, whole } from './ranges.ts';
import { partialDate, referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';

const seconds = positive(600);
const tokens = whole(1, 10_000_000);

/** One source's figure for one model at one provider. The same pair recurs at other dates, on purpose. */
export const hostedLatencySchema = strictObject({
  model: referenceSchema.nullable().describe('Id of the model; null = one the catalogue does not have.'),
  /** "several providers" where the source does not say which. */
  provider: text(2, 60).describe('Who served it.'),
  firstParty: z.boolean().default(false).describe('Served by the model’s own developer.'),
  measuredModel: text(1, 120).describe('The model’s name as measured.'),
  timeToFirstTokenSeconds: optional(seconds).describe('Time to the first token, in seconds.'),
  outputTokensPerSecond: optional(positive(20_000)).describe(
    'Speed, in tokens per second; instead of secondsPerOutputToken.',
  ),
  secondsPerOutputToken: optional(seconds).describe('Time of an output token, in seconds.'),
  /** Not a decode speed until the first token's time is taken out. */
  includesTimeToFirstToken: z.boolean().default(false).describe('The speed is output tokens over the whole request.'),
  includesReasoning: z
    .boolean()
    .default(false)
    .describe('The time to the first token contains hidden reasoning, so it depends on the question.'),
  promptTokens: optional(tokens).describe('Length of the prompt measured with, in tokens; left out = not stated.'),
  /** Of one measured request. */
  outputTokens: optional(tokens).describe('Length of the answers measured, in tokens; left out = not stated.'),
  /** For the stated output tokens. */
  endToEndSeconds: optional(seconds).describe('The whole request, in seconds.'),
  percentile: optional(z.string().regex(/^p\d{1,2}$/, 'must be a percentile, as p50')).describe(
    'Which of the runs it is: p50, p95 and the like; left out = not stated, often a mean.',
  ),
  measured: partialDate
    .nullable()
    .describe('Day of the measurement, as YYYY-MM-DD or as precisely as known; null = undated.'),
  measuredAfter: optional(partialDate).describe('Of an undated page: not before this day, by what its text mentions.'),
  /** Never chosen, never in a range. */
  atypical: optional(z.string().min(5)).describe(
    'Why it does not stand for the model and no estimate uses it; left out = it does.',
  ),
  notes: z.string().max(600).describe('How it was measured, as far as known.'),
  source: sourceKeys,
  sources: sourcesSchema,
}).superRefine((row, context) => {
  refuseUnknownSources(row, context);
  const speeds = [row.outputTokensPerSecond, row.secondsPerOutputToken].filter((speed) => speed !== undefined);
  if (speeds.length > 1) {
    const message = 'give outputTokensPerSecond or secondsPerOutputToken, not both';
    context.addIssue({ code: 'custom', path: ['secondsPerOutputToken'], message });
  }
  if (speeds.length === 0 && row.timeToFirstTokenSeconds === undefined) {
    context.addIssue({ code: 'custom', path: [], message: 'needs a time to first token or a speed' });
  }
});

export type HostedLatencyFacts = z.infer<typeof hostedLatencySchema>;

/** What one source measured. */
const hostedLatencyListSchema = strictObject({
  $schema: optional(z.string()),
  title: listTitle,
  defaults: listDefaults,
  measurements: listRows,
  sources: sourcesSchema,
});

export const kind: Kind<HostedLatencyFacts, HostedMeasurement> = {
  kind: 'hosted-latency',
  folder: 'hosted-latency',
  schema: hostedLatencySchema,
  fileSchema: hostedLatencyListSchema,
  expand(fileId, file) {
    const { defaults, measurements, sources } = file as z.infer<typeof hostedLatencyListSchema>;
    const rows = measurements.map((stated) => {
      const row: Record<string, unknown> = { ...defaults, ...stated };
      return { ...row, sources: namedSources(sources, row.source) };
    });
    const words = ({ measuredModel, provider, measured }: Record<string, unknown>) =>
      [fileId, measuredModel, provider, measured ?? 'undated'].map(String);
    return withIds(rows, words).map((row, index) => ({ ...row, path: `measurements[${index}]` }));
  },
  name: (_id, { measuredModel, provider, measured }) => `${measuredModel} at ${provider}, ${measured ?? 'undated'}`,
  aliases: () => [],
  searchText: (id, facts) => `${id} ${facts.model ?? ''} ${facts.measuredModel} ${facts.provider}`.toLowerCase(),
  references: ({ model }) => (model === null ? [] : [{ kind: 'model', id: model, path: 'model' }]),
  toEngine: (id, facts) => ({
    id,
    model: facts.model,
    provider: facts.provider,
    firstParty: facts.firstParty,
    source: [facts.source].flat().join(' '),
    timeToFirstTokenSeconds: facts.timeToFirstTokenSeconds ?? null,
    ...speed(facts),
    includesReasoning: facts.includesReasoning,
    promptTokens: facts.promptTokens ?? null,
    percentile: facts.percentile ?? null,
    measured: facts.measured,
    measuredAfter: facts.measuredAfter ?? null,
    atypical: facts.atypical !== undefined,
  }),
};

/**
 * A figure over the whole request is no decode speed. With the row's own time to first token it becomes one, as
 * (end to end − time to first token) ÷ (output tokens − 1); with only its length known, the estimator may do the same
 * with another row's time; with neither, it is not used.
 */
function speed(facts: HostedLatencyFacts): Pick<HostedMeasurement, 'secondsPerOutputToken' | 'wholeRequest'> {
  const { outputTokensPerSecond, secondsPerOutputToken, outputTokens, timeToFirstTokenSeconds } = facts;
  const stated = secondsPerOutputToken ?? (outputTokensPerSecond === undefined ? null : 1 / outputTokensPerSecond);
  if (!facts.includesTimeToFirstToken) return { secondsPerOutputToken: stated, wholeRequest: null };
  const nothing = { secondsPerOutputToken: null, wholeRequest: null };
  if (stated === null || outputTokens === undefined || outputTokens < 2) return nothing;
  const seconds = facts.endToEndSeconds ?? stated * outputTokens;
  if (timeToFirstTokenSeconds === undefined) return { ...nothing, wholeRequest: { seconds, outputTokens } };
  if (seconds <= timeToFirstTokenSeconds) return nothing;
  return { secondsPerOutputToken: (seconds - timeToFirstTokenSeconds) / (outputTokens - 1), wholeRequest: null };
}
