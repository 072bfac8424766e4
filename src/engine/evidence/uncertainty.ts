import type { CoefficientUse, Estimate, LatencyEstimate, MemoryEstimate, Phase } from '../answer.ts';
import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import type { Deployment, Workload } from '../shapes.ts';

/** How an answer is known: measured on this deployment's neighbour, fitted on its like, inherited, or datasheet only. */
export type EvidenceMethod = 'measured-neighbour' | 'fitted' | 'inherited' | 'datasheet';

/** Half-widths of the 80 % intervals, as natural logarithms of the ratio: range = value × e^±w. */
export type ErrorBand = ReturnType<typeof errorBand>;

/** Figures whose interval has a table of its own; see `errorTable`. */
export type BandedFigure = 'timeToFirstToken' | 'timePerOutputToken' | 'saturatedThroughput' | 'totalMemory';

/**
 * Whose machine an interval is for. any-machine: nobody has measured this one, so that how sources differ is part of the
 * error. own-machine: its owner has, so that what is left is the error from one run of it to the next.
 */
export type ErrorScope = 'any-machine' | 'own-machine';

/** Scopes by the phase that was measured. */
export interface ErrorScopes {
  prefill: ErrorScope;
  decode: ErrorScope;
}

export const anyMachine: ErrorScopes = { prefill: 'any-machine', decode: 'any-machine' };

/** The table of a figure's half-widths, or of how much wider a step of inheritance makes them. */
export function errorTable(name: BandedFigure | 'wideningPerStep', scope: ErrorScope): string {
  return scope === 'any-machine' ? `error.${name}` : `error.ownMachine.${name}`;
}

/** Tables whose rows say how well a device and format are known, by the phase they carry; the rest are shared constants. */
const FORMAT_TABLES: Readonly<Record<Phase, ReadonlySet<string>>> = {
  decode: new Set(['serving.streamFraction', 'local.streamFraction']),
  prefill: new Set(['serving.streamFraction', 'local.streamFraction', 'local.prefillComputeFraction']),
};
/** The same of a runtime's build. */
const DECODE_BUILD_TABLES = [
  'serving.layerSeconds',
  'serving.launchSeconds',
  'serving.expertLayerSeconds',
  'local.layerSeconds',
  'local.expertLayerSeconds',
];
const BUILD_TABLES: Readonly<Record<Phase, ReadonlySet<string>>> = {
  decode: new Set(DECODE_BUILD_TABLES),
  prefill: new Set([
    ...DECODE_BUILD_TABLES,
    'serving.requestSeconds',
    'serving.queueFraction',
    'serving.attentionComputeFraction',
    'local.prefillRuntimeFactor',
  ]),
};

/**
 * The 80 % intervals of an estimate, from errors on measurements left out of the fit. More inheritance is never narrower.
 * Memory rests on sizes and not on fitted rates, so it does not widen.
 */
export function errorBand(
  deployment: Deployment,
  workload: Workload,
  estimate: Estimate,
  coefficients: Coefficients,
  scopes: ErrorScopes = anyMachine,
) {
  const format = worstUse(estimate.coefficients, FORMAT_TABLES.prefill);
  const build = worstUse(estimate.coefficients, BUILD_TABLES.prefill);
  const inherited = { prefill: inheritanceOf(estimate, 'prefill'), decode: inheritanceOf(estimate, 'decode') };
  const inheritance = Math.max(inherited.prefill, inherited.decode);
  const link = restsOnAssumedLink(estimate) ? 1 : 0;
  const thin = thinPromptRate(estimate) === null ? 0 : 1;
  const steps = { prefill: inherited.prefill + link + thin, decode: inherited.decode + link };
  const of = (figure: TimedFigure, phase: Phase) =>
    halfWidth(figure, errorGroups(figure, deployment, workload), steps[phase], coefficients, scopes[phase]);
  const timeToFirstToken = of('timeToFirstToken', 'prefill');
  const timePerOutputToken = of('timePerOutputToken', 'decode');
  return {
    timeToFirstToken,
    timePerOutputToken,
    endToEnd: endToEndHalfWidth(estimate.latency, timeToFirstToken, timePerOutputToken),
    /** Of the throughput with as many sequences as fit. */
    saturatedThroughput: of('saturatedThroughput', 'decode'),
    /** Of the memory needed in all. */
    totalMemory: memoryHalfWidth(estimate.memory, coefficients),
    scopes,
    method: methodOf(format, build, inheritance),
    /** Steps of inheritance of the coefficients that carry the time: 0 = all fitted on this family and build. */
    inheritance,
    evidence: evidenceOf(format, build),
  };
}

/** Fewer points than these say little of a family's rate: one odd build moves it by more than families differ. Chosen. */
const THIN_POINTS = 10;

/** The rate of reading prompts where it was fitted on few points of the device or its family; else null. */
export function thinPromptRate({ coefficients }: Pick<Estimate, 'coefficients'>): CoefficientUse | null {
  const rate = coefficients.find(({ name }) => name === 'local.prefillComputeFraction');
  const isThin = rate?.known === 'fitted' && rate.points < THIN_POINTS && rate.inheritance <= 1;
  return rate !== undefined && isThin ? rate : null;
}

/** Exchange between devices whose rate nobody measured: as uncertain as one more step of inheritance. */
function restsOnAssumedLink({ coefficients }: Pick<Estimate, 'coefficients'>): boolean {
  return coefficients.some(({ name, known }) => known === 'assumed' && linkRates.has(name));
}

const linkRates = new Set(['local.allReduceBytesPerSecond', 'serving.networkBytesPerSecond']);

/** Figures that rest on fitted rates. */
export type TimedFigure = Exclude<BandedFigure, 'totalMemory'>;

/**
 * The half-width of the group times 1 + widening × steps of inheritance. For any machine it is never below that for a measured one: what varies within a source varies for a stranger, too.
 */
export function halfWidth(
  figure: TimedFigure,
  groups: readonly string[],
  inheritance: number,
  coefficients: Coefficients,
  scope: ErrorScope,
): number {
  const width = lookUpCoefficient(coefficients, errorTable(figure, scope), groups);
  const wideningPerStep = lookUpCoefficient(coefficients, errorTable('wideningPerStep', scope), ['all']);
  const widened = width * (1 + inheritance * wideningPerStep);
  if (scope === 'own-machine') return widened;
  return Math.max(widened, halfWidth(figure, groups, inheritance, coefficients, 'own-machine'));
}

/** How far off the memory needed in all may be. */
export function memoryHalfWidth(memory: MemoryParts, coefficients: Coefficients): number {
  return uncertainMemory(memory) * memoryMultiple(coefficients);
}

/** Multiples of `uncertainMemory` that hold the errors of four sources in five. */
export function memoryMultiple(coefficients: Coefficients): number {
  return lookUpCoefficient(coefficients, errorTable('totalMemory', 'any-machine'), ['all']);
}

type MemoryParts = Pick<MemoryEstimate, 'activationBytes' | 'totalBytes'>;

/** Rounding of allocations and what a driver adds beside its context: two or three hundredths of the whole. */
const ROUNDED_SHARE = 0.025;

/**
 * The half-width of a total that adds up exact sizes (weights, cache) and work space known to a factor of two:
 * 0.025 + ln 2 × its share of the total.
 */
export function uncertainMemory({ activationBytes, totalBytes }: MemoryParts): number {
  return ROUNDED_SHARE + (totalBytes === 0 ? 0 : (Math.LN2 * activationBytes) / totalBytes);
}

/**
 * Steps of inheritance of the coefficients that carry the time of a phase, device and build together. A family row is what
 * the fit identifies; a device row on top is a refinement, its absence no inheritance.
 */
export function inheritanceOf({ coefficients }: Pick<Estimate, 'coefficients'>, phase: Phase): number {
  const format = worstUse(coefficients, FORMAT_TABLES[phase]);
  const build = worstUse(coefficients, BUILD_TABLES[phase]);
  return Math.max(0, (format?.inheritance ?? 0) - 1) + (build?.inheritance ?? 0);
}

/** Both parts err together (the same device, the same build), so their widths add by share, not by squares. */
export function endToEndHalfWidth(latency: LatencyEstimate, timeToFirstToken: number, timePerOutputToken: number) {
  const firstShare = latency.timeToFirstTokenSeconds / latency.endToEndSeconds;
  return firstShare * timeToFirstToken + (1 - firstShare) * timePerOutputToken;
}

/**
 * From the closest group to the widest. Time: estimator | experts or dense | alone or batched | how requests
 * arrive (servers) or whose machine it is.
 */
export function errorGroups(
  figure: TimedFigure,
  { model, hardware, runtime }: Deployment,
  { batch, scheduling }: Workload,
): string[] {
  const { estimator } = runtime;
  const experts = model.architecture.blocks.some(({ feedForward }) => feedForward?.kind === 'experts');
  const kind = experts ? 'experts' : 'dense';
  if (figure === 'saturatedThroughput') return [`${estimator}|${kind}`, estimator, 'all'];
  const load = batch > 8 || (batch > 1 && estimator === 'local') ? 'batched' : batch > 1 ? 'few' : 'alone';
  const machine = hardware.kind === 'cpu' ? 'cpu' : hardware.vendor.toLowerCase();
  const within = estimator === 'serving' ? scheduling : machine;
  return [
    `${estimator}|${kind}|${load}|${within}`,
    `${estimator}|${kind}|${load}`,
    `${estimator}|${kind}`,
    estimator,
    'all',
  ];
}

function worstUse(uses: readonly CoefficientUse[], tables: ReadonlySet<string>): CoefficientUse | null {
  let worst: CoefficientUse | null = null;
  for (const use of uses) {
    if (tables.has(use.name) && (worst === null || use.inheritance > worst.inheritance)) worst = use;
  }
  return worst;
}

function methodOf(format: CoefficientUse | null, build: CoefficientUse | null, inheritance: number): EvidenceMethod {
  const isKnown = (use: CoefficientUse | null) => use !== null && use.known !== 'assumed';
  if (inheritance === 0 && isKnown(format) && isKnown(build)) return 'fitted';
  return format?.known === 'assumed' && !isKnown(build) ? 'datasheet' : 'inherited';
}

/** How the figure of a row is known, in the words of evidence. */
const knownWords: Readonly<Record<CoefficientUse['known'], string>> = {
  fitted: 'fitted',
  source: 'from a source',
  assumed: 'assumed',
};

function evidenceOf(format: CoefficientUse | null, build: CoefficientUse | null): string {
  const parts = [
    format === null ? null : `device and format: row "${format.row}" (${knownWords[format.known]}; ${format.data})`,
    build === null ? null : `runtime build: row "${build.row}" (${knownWords[build.known]}; ${build.data})`,
  ];
  return parts.filter((part) => part !== null).join('; ');
}
/** Half-width of an 80 % interval over the median absolute deviation, for a normal distribution: 1.2816 ÷ 0.6745. */
const eightyOverMedian = 1.2816 / 0.6745;

/**
 * Median absolute error in percent that belongs to an 80 % interval of value × e^±halfWidth, taking the logarithm of
 * predicted ÷ measured to be normally distributed.
 */
export function typicalErrorPercent(halfWidth: number): number {
  return 100 * Math.expm1(halfWidth / eightyOverMedian);
}
