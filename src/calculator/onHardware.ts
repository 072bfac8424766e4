import type { Assumption, Estimate } from '../engine/answer.ts';
import type { Coefficients } from '../engine/coefficients.ts';
import { runOf } from '../engine/evidence/neighbours.ts';
import { type ErrorBand, typicalErrorPercent } from '../engine/evidence/uncertainty.ts';
import { givenHourlyCost, ownedHourlyCost, rentedCost } from '../engine/money/cost.ts';
import { energyEstimate } from '../engine/money/energy.ts';
import type { HardwareHourPrice } from '../engine/money/price.ts';
import { namedPrice, type PriceChoice } from '../engine/money/priceChoice.ts';
import type { Workload } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { HardwareProfile, ModelProfile } from '../registry/catalogue/profiles.ts';
import type { Answer, Arrivals, Basis, Intervals, Queue } from './answer.ts';
import { assumedFigures, assumedProfile } from './assumedFigures.ts';
import { defaultOffer, defaultsOfDeployment, defaultsOfQuestion } from './defaults/defaultsTaken.ts';
import { InvalidQuestionError } from './errors.ts';
import { evidenceFor, type MovedEstimate, movedEstimate, nearestMeasurement, phaseAsked } from './evidence/evidence.ts';
import { restsOf } from './evidence/rests.ts';
import { unmeasured } from './evidence/unmeasured.ts';
import {
  contextWarnings,
  evidenceWarnings,
  priceWarnings,
  purchaseWarnings,
  retiredWarnings,
  unusualWarnings,
} from './judgement/warnings.ts';
import {
  assumedOffer,
  hourOffersOfHardware,
  isOffer,
  machinePrice,
  ownedCostOf,
  purchaseChoice,
  usualHourlyPrice,
} from './prices.ts';
import type { Question } from './question.ts';
import { type ResolvedDeployment, resolveDeployment } from './resolve.ts';
import { buildAssumptions } from './runtimeBuild.ts';
import { suggestionsFor } from './suggestions/suggestions.ts';

/** A model on hardware: the deployment resolved from the catalogue, estimated by the engine. */
export function answerOnHardware(
  question: Question,
  model: ModelProfile,
  catalogue: Catalogue,
  coefficients: Coefficients,
): Answer {
  const { deployment, workload, assumptions } = resolveDeployment(question, model, catalogue);
  const { hardware, runtime, weights, kvCache, engine } = deployment;
  const run = runOf(engine, workload);
  const answered = movedEstimate(run, catalogue, coefficients);
  const { estimate } = answered;
  const { latency, throughput, memory, saturation, bottleneck } = estimate;
  const price = hourlyPrice(question, hardware, catalogue);
  const band = once(() => evidenceFor(run, answered, catalogue, coefficients));
  return {
    ...{ catalogueRevision: catalogue.revision, model, deployment, workload },
    ...{ latency, throughput, memory, saturation, bottleneck },
    arrivals: arrivalsOf(workload),
    queue: queueOf(estimate, workload),
    intervals: () => intervalsOf(estimate, band()),
    roofline: estimate.roofline ?? null,
    steps: { prefill: estimate.prefillStep, decode: estimate.decodeStep },
    assumptions: () => [
      ...defaultsOfQuestion(question, model, workload, hardware.name),
      ...assumptions,
      ...defaultsOfDeployment(question, deployment),
      ...buildAssumptions(question, runtime, engine, estimate),
      ...estimate.assumptions,
      ...assumedOf(deployment, model, catalogue),
      ...defaultOffer(question, price),
      ...assumedOffer(price, catalogue),
    ],
    warnings: [
      ...retiredWarnings([model, hardware, runtime, weights, kvCache]),
      ...contextWarnings(model, workload),
      ...unusualWarnings(deployment, catalogue),
      ...estimate.warnings,
      ...evidenceWarnings(engine, workload, estimate),
      ...priceWarnings(price, catalogue),
      ...purchaseWarnings(purchaseChoice(question, hardware, catalogue)),
    ],
    cost: () => {
      const { usdPerHour } = question;
      const tokens = workload.contextTokens + workload.promptTokens + workload.outputTokens;
      const owned = ownedCostOf(question, hardware, engine.devices, throughput, catalogue);
      if (usdPerHour != null) return { ...givenHourlyCost(usdPerHour, throughput, tokens), owned };
      if (price !== null) return { ...rentedCost(price, engine.devices, throughput, tokens), owned };
      return owned && ownedHourlyCost(owned, throughput, tokens);
    },
    energy: () => energyEstimate(hardware.engine.powerWatts, engine.devices, throughput),
    basis: () => ({
      ...basisOf(answered, band(), workload, () => nearestMeasurement(run, catalogue)),
      rests: () => restsOf(deployment, estimate, catalogue, coefficients),
    }),
    suggestions: () =>
      suggestionsFor({
        ...{ question, model, deployment, estimate, catalogue, coefficients },
        answer: (changed) => answerOnHardware(changed, model, catalogue, coefficients),
      }),
  };
}

function queueOf({ memory, admittedBatch }: Estimate, { batch }: Workload): Queue | null {
  return memory.fits && admittedBatch < batch ? { atOnce: admittedBatch, waiting: batch - admittedBatch } : null;
}

function arrivalsOf({ batch, scheduling }: Workload): Arrivals {
  if (batch === 1) return 'alone';
  return scheduling === 'static' ? 'together' : 'closed-loop';
}

/** Several fields ask for it; an answer that nobody asks for it does not pay for it. */
function once<Value>(calculate: () => Value): () => Value {
  let known: { value: Value } | undefined;
  return () => {
    known ??= { value: calculate() };
    return known.value;
  };
}

function intervalsOf({ latency, throughput, saturation, memory }: Estimate, band: ErrorBand): Intervals {
  return {
    // Sequences × output ÷ endToEnd: as far off as that.
    outputTokensPerSecond: around(throughput.outputTokensPerSecond, band.endToEnd),
    saturatedTokensPerSecond: saturation && around(saturation.outputTokensPerSecond, band.saturatedThroughput),
    totalMemoryBytes: around(memory.totalBytes, band.totalMemory),
    timeToFirstTokenSeconds: around(latency.timeToFirstTokenSeconds, band.timeToFirstToken),
    timePerOutputTokenSeconds: around(latency.timePerOutputTokenSeconds, band.timePerOutputToken),
    endToEndSeconds: around(latency.endToEndSeconds, band.endToEnd),
  };
}

function around(value: number, halfWidth: number) {
  return { low: value * Math.exp(-halfWidth), high: value * Math.exp(halfWidth) };
}

function basisOf(
  { estimate: { coefficients }, ownMeasurements }: MovedEstimate,
  { method, evidence, endToEnd, scopes }: ErrorBand,
  workload: Workload,
  nearest: Basis['nearestMeasurement'],
): Omit<Basis, 'rests'> {
  return {
    method,
    evidence,
    nearestMeasurement: nearest,
    ownMeasurements,
    expectedErrorPercent: typicalErrorPercent(endToEnd),
    intervalScope: scopes[phaseAsked(workload)],
    coefficients,
    hostedMeasurements: [],
  };
}

/** Figures of the profiles the estimate is calculated from that nobody can look up. */
function assumedOf(
  { hardware, runtime, weights, kvCache, engine }: ResolvedDeployment,
  model: ModelProfile,
  catalogue: Catalogue,
): Assumption[] {
  const between = engine.devices > 1 ? ['link', 'host'] : [];
  const rates = engine.hardware.kind === hardware.facts.kind ? ['compute', 'cpu'] : ['cpuSide'];
  const filled = engine.runtime.estimator === 'serving' ? ['processors'] : [];
  return [
    ...assumedProfile(model),
    ...assumedFigures(model, ['parameters', 'architecture']),
    ...unmeasured(hardware, runtime, catalogue),
    ...assumedFigures(hardware, ['memory', 'usableMemory', ...rates, ...filled, ...between, 'power']),
    ...assumedFigures(weights, ['weights', 'packing']),
    ...assumedFigures(kvCache, ['cache']),
    ...assumedFigures(runtime, ['memory', 'scheduling', 'execution']),
  ];
}

/** The offer named, that of the machine named, or the median of comparable offers; null when nobody rents the device out or the question gives a price. */
function hourlyPrice(
  { usdPerHour, offer: id, machine }: Question,
  hardware: HardwareProfile,
  catalogue: Catalogue,
): PriceChoice<HardwareHourPrice> | null {
  if (id == null && usdPerHour != null) return null;
  if (id == null) return machinePrice(catalogue, machine, hardware.id) ?? usualHourlyPrice(catalogue, hardware.id);
  if (usdPerHour != null) {
    throw new InvalidQuestionError('offer', id, 'must be left out where usdPerHour gives the price');
  }
  const offer = catalogue.offer.get(id, 'offer');
  if (isOffer('hardware-hour')(offer) && offer.facts.hardware === hardware.id) return namedPrice(offer.engine);
  const allowed = hourOffersOfHardware(catalogue, hardware.id).map((other) => other.id);
  throw new InvalidQuestionError('offer', id, `must be an hourly offer of ${hardware.name}`, allowed);
}
