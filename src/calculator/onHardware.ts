import type { Assumption, Estimate } from '../engine/answer.ts';
import type { ErrorBand } from '../engine/evidence/uncertainty.ts';
import { givenHourlyCost, rentedCost } from '../engine/money/cost.ts';
import { energyEstimate } from '../engine/money/energy.ts';
import type { HardwareHourPrice } from '../engine/money/price.ts';
import { namedPrice, type PriceChoice } from '../engine/money/priceChoice.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { Context } from '../schema/context.ts';
import { invalidArgument } from '../schema/errors.ts';
import type { Basis } from '../schema/estimate/basis.ts';
import { arrivalsOf, type LatencyIntervals } from '../schema/estimate/latency.ts';
import type { HardwareProfile } from '../schema/profiles/hardware/type.ts';
import type { ModelProfile } from '../schema/profiles/model/type.ts';
import { assumedOffer, hourOffersOfHardware, isOffer, usualHourlyPrice } from '../schema/profiles/offer/type.ts';
import { assumedFigures, assumedProfile } from './assumedFigures.ts';
import type { Answer, Question } from './calculate.ts';
import { contextWarnings } from './contextWarnings.ts';
import { deploymentRequest, hardwareAsked } from './deploymentRequest.ts';
import { type CalibratedEstimate, calibratedEstimate, evidenceFor, nearestMeasurement } from './evidence/evidence.ts';
import { unmeasured } from './evidence/unmeasured.ts';
import { type ResolvedDeployment, resolveDeployment } from './resolve.ts';
import { retiredWarnings } from './retiredWarnings.ts';
import { suggestionsFor } from './suggestionsFor.ts';
import { typicalErrorPercent } from './typicalError.ts';

/** A model on hardware: the deployment resolved from the catalogue, estimated by the engine. */
export function answerLocal(question: Question, model: ModelProfile, context: Context): Answer {
  const { catalogue, coefficients } = context;
  const hardware = catalogue.hardware.get(hardwareAsked(question), 'hardware');
  const resolved = resolveDeployment(catalogue, deploymentRequest(question, model, hardware));
  const { deployment, workload, runtime, weights, kvCache, assumptions } = resolved;
  const answered = calibratedEstimate(deployment, workload, catalogue, coefficients);
  const result = answered.estimate;
  const { devices, parallelism, runtimeYear } = deployment;
  const price = hourlyPrice(question, hardware, catalogue);
  const band = once(() => evidenceFor(deployment, workload, answered, catalogue, coefficients));
  return {
    catalogue,
    model,
    hardware,
    deployment: { mode: 'local', hardware, devices, parallelism, runtime, runtimeYear, weights, kvCache },
    workload,
    latency: { latency: result.latency, arrivals: arrivalsOf(workload), intervals: () => intervalsOf(result, band()) },
    throughput: result.throughput,
    memory: result.memory,
    saturation: result.saturation,
    bottleneck: result.bottleneck,
    steps: { prefill: result.prefillStep, decode: result.decodeStep },
    assumptions: () => [
      ...assumptions,
      ...result.assumptions,
      ...assumedOf(resolved, model, hardware, catalogue),
      ...assumedOffer(price, catalogue),
    ],
    warnings: [
      ...retiredWarnings([model, hardware, runtime, weights, kvCache]),
      ...contextWarnings(model, workload),
      ...result.warnings,
    ],
    cost: () => {
      const { usdPerHour } = question;
      const tokens = workload.contextTokens + workload.promptTokens + workload.outputTokens;
      if (usdPerHour !== null && usdPerHour !== undefined)
        return givenHourlyCost(usdPerHour, result.throughput, tokens);
      return price === null ? null : rentedCost(price, devices, result.throughput, tokens);
    },
    energy: () => energyEstimate(deployment.hardware.powerWatts, devices, result.throughput),
    basis: () => basisOf(answered, band(), () => nearestMeasurement(deployment, workload, catalogue)),
    suggestions: () => suggestionsFor(question, model, deployment, result, context),
  };
}

/** Several fields ask for it; an answer that nobody asks for it does not pay for it. */
function once<Value>(calculate: () => Value): () => Value {
  let known: { value: Value } | undefined;
  return () => {
    known ??= { value: calculate() };
    return known.value;
  };
}

function intervalsOf({ latency }: Estimate, band: ErrorBand): LatencyIntervals {
  return {
    timeToFirstTokenSeconds: around(latency.timeToFirstTokenSeconds, band.timeToFirstToken),
    timePerOutputTokenSeconds: around(latency.timePerOutputTokenSeconds, band.timePerOutputToken),
    endToEndSeconds: around(latency.endToEndSeconds, band.endToEnd),
  };
}

function around(value: number, halfWidth: number) {
  return { low: value * Math.exp(-halfWidth), high: value * Math.exp(halfWidth) };
}

function basisOf(
  { estimate: { coefficients }, calibration, ownMeasurements }: CalibratedEstimate,
  { method, evidence, endToEnd }: ErrorBand,
  nearest: Basis['nearestMeasurement'],
): Basis {
  return {
    method,
    evidence,
    nearestMeasurement: nearest,
    calibration: calibration && { ...calibration, measurements: ownMeasurements },
    expectedErrorPercent: typicalErrorPercent(endToEnd),
    coefficients,
    hostedMeasurements: [],
  };
}

/** Figures of the profiles the estimate is calculated from that nobody can look up. */
function assumedOf(
  { deployment, runtime, weights, kvCache }: ResolvedDeployment,
  model: ModelProfile,
  hardware: HardwareProfile,
  catalogue: Catalogue,
): Assumption[] {
  const between = deployment.devices > 1 ? ['link', 'host'] : [];
  const filled = deployment.runtime.estimator === 'serving' ? ['processors'] : [];
  return [
    ...assumedProfile(model),
    ...assumedFigures(model, ['parameters', 'architecture']),
    ...unmeasured(hardware, runtime, catalogue),
    ...assumedFigures(hardware, ['memory', 'usableMemory', 'compute', 'cpu', ...filled, ...between, 'power']),
    ...assumedFigures(weights, ['weights', 'packing']),
    ...assumedFigures(kvCache, ['cache']),
    ...assumedFigures(runtime, ['memory', 'scheduling', 'execution']),
  ];
}

/** The offer named, or the median of comparable offers; null when nobody rents the device out or the question gives a price. */
function hourlyPrice(
  { usdPerHour, offer: id }: Question,
  hardware: HardwareProfile,
  catalogue: Catalogue,
): PriceChoice<HardwareHourPrice> | null {
  const given = usdPerHour !== null && usdPerHour !== undefined;
  if (id === null || id === undefined) return given ? null : usualHourlyPrice(catalogue, hardware.id);
  if (given) throw invalidArgument('options.offer', id, 'must be left out where usdPerHour gives the price');
  const offer = catalogue.offer.get(id, 'options.offer');
  if (isOffer('hardware-hour')(offer) && offer.facts.hardware === hardware.id) return namedPrice(offer.engine);
  const allowed = hourOffersOfHardware(catalogue, hardware.id).map((other) => other.id);
  throw invalidArgument('options.offer', id, `must be an hourly offer of ${hardware.name}`, allowed);
}
