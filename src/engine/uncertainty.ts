import { type Coefficients, lookUpCoefficient } from './coefficients.ts';
import type { CoefficientUse, Deployment, Estimate, LatencyEstimate, Workload } from './profile.ts';

/** How an answer is known: measured on this deployment's neighbour, fitted on its like, inherited, or datasheet only. */
export type EvidenceMethod = 'measured-neighbour' | 'fitted' | 'inherited' | 'datasheet';

/** Half-widths of the 80 % intervals, as natural logarithms of the ratio: range = value × e^±w. */
export interface ErrorBand {
  timeToFirstToken: number;
  timePerOutputToken: number;
  endToEnd: number;
  method: EvidenceMethod;
  /** Steps of inheritance of the coefficients that carry the time: 0 = all fitted on this family and build. */
  inheritance: number;
  evidence: string;
}

/** Tables whose rows say how well a deployment is known; the rest are shared constants. */
const FORMAT_TABLES = new Set(['serving.streamFraction', 'local.streamFraction', 'local.prefillComputeFraction']);
const BUILD_TABLES = new Set(['serving.layerSeconds', 'serving.launchSeconds', 'local.layerSeconds']);

/**
 * The 80 % interval of an estimate: the residual spread of measurements of the same group (estimator, dense or experts,
 * alone or batched, decode or first token; local machines by vendor), left out of the fit, times
 * 1 + widening × steps of inheritance. More inheritance is never narrower.
 */
export function errorBand(
  deployment: Deployment,
  workload: Workload,
  estimate: Estimate,
  coefficients: Coefficients,
): ErrorBand {
  const format = worstUse(estimate.coefficients, FORMAT_TABLES);
  const build = worstUse(estimate.coefficients, BUILD_TABLES);
  const inheritance = inheritanceOf(estimate);
  const widening = 1 + inheritance * lookUpCoefficient(coefficients, 'error.wideningPerStep', ['all']);
  const groups = errorGroups(deployment, workload);
  const timeToFirstToken = widening * lookUpCoefficient(coefficients, 'error.timeToFirstToken', groups);
  const timePerOutputToken = widening * lookUpCoefficient(coefficients, 'error.timePerOutputToken', groups);
  return {
    timeToFirstToken,
    timePerOutputToken,
    endToEnd: endToEndHalfWidth(estimate.latency, timeToFirstToken, timePerOutputToken),
    method: methodOf(format, build, inheritance),
    inheritance,
    evidence: evidenceOf(format, build),
  };
}

/**
 * Steps of inheritance of the coefficients that carry the time, device and build together. A family row is what the fit
 * identifies; a device row on top is a refinement, its absence no inheritance.
 */
export function inheritanceOf({ coefficients }: Pick<Estimate, 'coefficients'>): number {
  const format = worstUse(coefficients, FORMAT_TABLES);
  const build = worstUse(coefficients, BUILD_TABLES);
  return Math.max(0, (format?.inheritance ?? 0) - 1) + (build?.inheritance ?? 0);
}

/** Both parts err together (the same device, the same build), so their widths add by share, not by squares. */
export function endToEndHalfWidth(latency: LatencyEstimate, timeToFirstToken: number, timePerOutputToken: number) {
  const firstShare = latency.timeToFirstTokenSeconds / latency.endToEndSeconds;
  return firstShare * timeToFirstToken + (1 - firstShare) * timePerOutputToken;
}

/** From the closest group to the widest: estimator | experts or dense | alone or batched, for a vendor where local. */
export function errorGroups({ model, hardware, runtime }: Deployment, { batch }: Workload): string[] {
  const experts = model.architecture.blocks.some(({ feedForward }) => feedForward?.kind === 'experts');
  const kind = experts ? 'experts' : 'dense';
  const load = batch > 8 ? 'batched' : batch > 1 ? 'few' : 'alone';
  const machine = hardware.kind === 'cpu' ? 'cpu' : hardware.vendor.toLowerCase();
  const { estimator } = runtime;
  return [
    `${estimator}|${kind}|${load}|${machine}`,
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
  if (format?.known === 'assumed' && build?.known !== 'fitted') return 'datasheet';
  if (inheritance === 0 && format?.known === 'fitted' && build?.known === 'fitted') return 'fitted';
  return 'inherited';
}

function evidenceOf(format: CoefficientUse | null, build: CoefficientUse | null): string {
  const parts = [
    format === null ? null : `device and format: row "${format.row}" (${format.known}; ${format.data})`,
    build === null ? null : `runtime build: row "${build.row}" (${build.known}; ${build.data})`,
  ];
  return parts.filter((part) => part !== null).join('; ');
}
