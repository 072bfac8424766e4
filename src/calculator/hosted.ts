import type { Assumption } from '../engine/answer.ts';
import { MissingFigureError } from '../engine/errors.ts';
import { typicalErrorPercent } from '../engine/evidence/uncertainty.ts';
import { estimateHosted, type HostedEstimate, type Interval } from '../engine/hosted.ts';
import { hostedCost } from '../engine/money/cost.ts';
import type { RequestTokens, TokenPrice } from '../engine/money/price.ts';
import { chooseTokenPrice, namedPrice, type PriceChoice } from '../engine/money/priceChoice.ts';
import type { Workload } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import { groupedBy } from '../registry/catalogue/derivation.ts';
import type { HostedLatencyProfile, ModelProfile, OfferProfile } from '../registry/catalogue/profiles.ts';
import type { Answer, Basis, Intervals } from './answer.ts';
import { assumedProfile } from './assumedFigures.ts';
import { defaultOffer, defaultsOfQuestion } from './defaults/defaultsTaken.ts';
import { InvalidQuestionError } from './errors.ts';
import { hostedRests } from './evidence/rests.ts';
import { contextWarnings, priceWarnings, retiredWarnings } from './judgement/warnings.ts';
import { assumedOffer, isOffer, tokenOffersOfModel } from './prices.ts';
import type { Question } from './question.ts';

/**
 * A model behind a provider's API: published latency and token prices, no hardware. Where nobody is known to have measured
 * it, what it costs.
 *
 * Throws InvalidQuestionError, and MissingFigureError where neither latency nor price is known.
 */
export function answerHosted(question: Question, model: ModelProfile, catalogue: Catalogue): Answer {
  const workload = workloadOf(question);
  const offer = namedOffer(question, model, catalogue);
  const measured = measuredLatency(model, workload, catalogue, offer?.facts.provider);
  const price = () => choosePrice(model, workload, catalogue, offer, measured?.timePerOutputTokenFrom.provider ?? null);
  const provider = measured?.timePerOutputTokenFrom.provider ?? price()?.chosen.provider ?? null;
  if (provider === null) throw new MissingFigureError('published latency or price', model.id, 'model');
  return {
    ...{ catalogueRevision: catalogue.revision, model, workload },
    deployment: { mode: 'api', provider },
    latency: measured?.latency ?? null,
    arrivals: 'provider',
    intervals: () => measured && intervalsOf(measured, workload),
    throughput: measured?.throughput ?? null,
    ...{ memory: null, saturation: null, bottleneck: null, steps: null, queue: null, roofline: null },
    assumptions: () => [
      ...defaultsOfQuestion(question, model, workload).filter(({ code }) => code !== 'DEFAULT_HARDWARE'),
      ...defaultMode(question, model),
      ...ignored(question),
      ...(measured?.assumptions ?? []),
      ...assumedProfile(model),
      ...rowsUsed(measured, catalogue).flatMap(assumedProfile),
      ...defaultOffer(question, price()),
      ...assumedOffer(price(), catalogue),
    ],
    warnings: [...retiredWarnings([model]), ...contextWarnings(model, workload), ...priceWarnings(price(), catalogue)],
    cost: () => {
      const choice = price();
      return choice === null ? null : hostedCost(choice, tokensOfRequest(workload));
    },
    energy: () => null,
    basis: () => basisOf(measured, catalogue),
    suggestions: () => [],
  };
}

function intervalsOf(measured: HostedEstimate, { batch, outputTokens }: Workload): Intervals {
  return {
    timeToFirstTokenSeconds: measured.timeToFirstTokenSecondsRange,
    timePerOutputTokenSeconds: measured.timePerOutputTokenSecondsRange,
    endToEndSeconds: measured.endToEndSecondsRange,
    outputTokensPerSecond: inverse(measured.endToEndSecondsRange, batch * outputTokens),
    ...{ saturatedTokensPerSecond: null, totalMemoryBytes: null },
  };
}

/** work ÷ time: the longest time is the lowest rate. */
function inverse({ low, high }: Interval, work: number): Interval {
  return { low: work / high, high: work / low };
}

function defaultMode({ mode }: Question, { name }: ModelProfile): Assumption[] {
  if (mode != null) return [];
  const text = `${name} has no published architecture, so it is answered behind a provider’s API.`;
  return [{ code: 'DEFAULT_DEPLOYMENT', text }];
}

function workloadOf({ promptTokens, outputTokens, batch, contextTokens, scheduling }: Question): Workload {
  return {
    ...{ promptTokens, outputTokens, batch },
    contextTokens: contextTokens ?? 0,
    scheduling: scheduling ?? 'continuous',
  };
}

/** What the question says about hardware has no meaning for an API: said, not silently dropped. */
function ignored(question: Question): Assumption[] {
  const { hardware, runtime, runtimeYear, weights, kvCache, devices, memoryGiB, usableGiB } = question;
  const { runtimeVersion, backend, flashAttention, microBatch, threads, parallelism, usdPerHour, owned } = question;
  const options = Object.entries({
    ...{ runtime, runtimeYear, runtimeVersion, backend, weights, kvCache, devices, memoryGiB, usableGiB },
    ...{ flashAttention, microBatch, threads, parallelism, usdPerHour, owned },
  });
  const given = options.filter(([, value]) => value !== null && value !== undefined).map(([name]) => name);
  const names = [...(hardware ? [`hardware (${hardware})`] : []), ...given];
  if (names.length === 0) return [];
  const text = `The model runs behind a provider’s API, whose hardware is not known: ${names.join(', ')} ignored.`;
  return [{ code: 'HARDWARE_IGNORED', text }];
}

function namedOffer({ offer: id }: Question, model: ModelProfile, catalogue: Catalogue) {
  if (id == null) return null;
  const offer = catalogue.offer.get(id, 'offer');
  if (isOffer('model-tokens')(offer) && offer.facts.model === model.id) return offer;
  const allowed = tokenOffersOfModel(catalogue, model.id).map((other) => other.id);
  throw new InvalidQuestionError('offer', id, `must be an offer of ${model.name} by the token`, allowed);
}

/** Null where nobody published a time to first token or a speed. */
function measuredLatency(...asked: Parameters<typeof estimateAtProvider>): HostedEstimate | null {
  try {
    return estimateAtProvider(...asked);
  } catch (error) {
    if (error instanceof MissingFigureError) return null;
    throw error;
  }
}

const byModel = groupedBy<HostedLatencyProfile>(({ facts }) => [facts.model]);

/** Published measurements of a hosted model. */
export function latenciesOfModel({ hostedLatency }: Catalogue, id: string): readonly HostedLatencyProfile[] {
  return hostedLatency.derived(byModel).get(id) ?? [];
}

/** At the provider of the named offer where somebody measured it there, else at the provider with the best measurement. */
function estimateAtProvider(
  model: ModelProfile,
  workload: Workload,
  catalogue: Catalogue,
  provider: string | undefined,
): HostedEstimate {
  const measurements = latenciesOfModel(catalogue, model.id).map(({ engine }) => engine);
  const there = measurements.filter((row) => row.provider === provider && !row.atypical);
  const hasTime = there.some((row) => row.timeToFirstTokenSeconds !== null);
  const hasSpeed = there.some((row) => row.secondsPerOutputToken !== null);
  if (hasTime && hasSpeed) return estimateHosted(model.id, measurements, workload, provider);
  const estimate = estimateHosted(model.id, measurements, workload);
  if (provider === undefined) return estimate;
  const text = `Nobody is known to have measured ${model.name} at ${provider}: the latency is another provider’s.`;
  return { ...estimate, assumptions: [...estimate.assumptions, { code: 'HOSTED_OTHER_PROVIDER', text }] };
}

/** The offer named, else the price at the provider whose latency answers, else the usual one. */
function choosePrice(
  model: ModelProfile,
  workload: Workload,
  catalogue: Catalogue,
  offer: OfferProfile<'model-tokens'> | null,
  provider: string | null,
): PriceChoice<TokenPrice> | null {
  if (offer !== null) return namedPrice(offer.engine);
  const offers = tokenOffersOfModel(catalogue, model.id);
  const usual = chooseTokenPrice(
    offers.map(({ engine }) => engine),
    tokensOfRequest(workload),
  );
  if (usual === null || usual.chosen.provider === provider) return usual;
  const there = usual.compared.find((price) => price.provider === provider);
  if (there === undefined) return usual;
  return { ...usual, chosen: there, rule: 'the price of the provider whose latency this is' };
}

function tokensOfRequest({ promptTokens, contextTokens, outputTokens }: Workload): RequestTokens {
  return { promptTokens, cachedTokens: contextTokens, outputTokens };
}

function basisOf(estimate: HostedEstimate | null, catalogue: Catalogue): Basis {
  const nothing = {
    nearestMeasurement: () => null,
    ownMeasurements: null,
    expectedErrorPercent: null,
    rests: () => hostedRests(rowsUsed(estimate, catalogue)),
    intervalScope: null,
    coefficients: [],
  };
  if (estimate === null) {
    const evidence = 'Published prices; nobody is known to have measured how fast it answers.';
    return { ...nothing, method: 'prices', evidence, hostedMeasurements: [] };
  }
  const { timeToFirstTokenCount, timePerOutputTokenCount } = estimate;
  const { low, high } = estimate.endToEndSecondsRange;
  const compared = Math.min(timeToFirstTokenCount, timePerOutputTokenCount);
  return {
    method: 'measured-neighbour',
    evidence:
      `Published measurements of the hosted model: ${timeToFirstTokenCount} of the time to first token, ` +
      `${timePerOutputTokenCount} of the speed.`,
    ...nothing,
    expectedErrorPercent: compared < 2 ? null : typicalErrorPercent(Math.log(high / low) / 2),
    hostedMeasurements: rowsUsed(estimate, catalogue),
  };
}

function rowsUsed(estimate: HostedEstimate | null, { hostedLatency }: Catalogue): HostedLatencyProfile[] {
  if (estimate === null) return [];
  const rows = new Set([estimate.timeToFirstTokenFrom.id, estimate.timePerOutputTokenFrom.id]);
  return [...rows].map((id) => hostedLatency.get(id));
}
