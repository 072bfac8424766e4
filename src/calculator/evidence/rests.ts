import type { CoefficientUse, Estimate } from '../../engine/answer.ts';
import type { Coefficients } from '../../engine/coefficients.ts';
import { readableCount } from '../../engine/readable.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { groupedBy } from '../../registry/catalogue/derivation.ts';
import type { HostedLatencyProfile, MeasurementProfile } from '../../registry/catalogue/profiles.ts';
import type { Source } from '../../registry/kinds/source.ts';
import type { ResolvedDeployment } from '../resolve.ts';

export type RestMethod = 'datasheet' | 'measured' | CoefficientUse['known'];

/** One thing an answer rests on, for people. */
export interface Rest {
  about: string;
  text: string;
  method: RestMethod;
  /** Published measurements behind it, a count; null for a datasheet and for what is assumed. */
  points: number | null;
  /** ISO date, or a part of one, of the fit or of the source; null = undated. */
  date: string | null;
  source: KeyedSource | null;
}

export interface KeyedSource {
  key: string;
  source: Source;
}

/** What the coefficients that carry an answer's time are about, in the order they are told. The others are shared. */
const subjects: Readonly<Record<string, string>> = {
  'serving.streamFraction': 'Share of the memory bandwidth that reading weights reaches',
  'local.streamFraction': 'Share of the memory bandwidth that reading weights reaches',
  'serving.computeFraction': 'Share of the peak rate that multiplication reaches',
  'local.prefillComputeFraction': 'Share of the peak rate that reading prompts reaches',
  'serving.layerSeconds': 'Time between the kernels of a layer',
  'local.layerSeconds': 'Time between the kernels of a layer',
  'serving.launchSeconds': 'Time to launch the kernels of a layer',
  'serving.expertStreamFactor': 'Reading of experts beside other weights',
  'local.expertStreamFraction': 'Reading of experts beside other weights',
  'serving.expertLayerSeconds': 'Time to route tokens to experts in a layer',
  'local.expertLayerSeconds': 'Time to route tokens to experts in a layer',
  'serving.cacheStreamFraction': 'Share of the memory bandwidth that reading the cache reaches',
  'local.cacheStreamFraction': 'Share of the memory bandwidth that reading the cache reaches',
  'serving.attentionComputeFraction': 'Share of the peak rate that attention over prompts reaches',
  'local.prefillAttentionFraction': 'Share of the peak rate that attention over prompts reaches',
  'serving.linkStreamFraction': 'Share of the link’s rate that exchange between devices reaches',
  'serving.networkBytesPerSecond': 'Rate of the network between machines',
  'serving.requestSeconds': 'Time to take in a request',
  'serving.prefillConstantSeconds': 'Time to begin reading a prompt',
};

export function restsOf(
  deployment: ResolvedDeployment,
  estimate: Estimate,
  catalogue: Catalogue,
  { date }: Coefficients,
): Rest[] {
  const uses = new Map(estimate.coefficients.map((use) => [`${use.name} ${use.row}`, use]));
  const told = Object.entries(subjects).flatMap(([table, about]) =>
    [...uses.values()].filter(({ name }) => name === table).map((use) => ({ about, use })),
  );
  return [
    ...datasheetRests(deployment),
    ...told.map(({ about, use }) => ({
      about,
      text: textOf(use, deployment),
      method: use.known,
      points: use.points > 0 ? use.points : null,
      date: use.known === 'fitted' ? date : null,
      source: firstNamed(use.data, catalogue),
    })),
  ];
}

/** An API's latency rests on what people measured there. */
export function hostedRests(rows: readonly HostedLatencyProfile[]): Rest[] {
  return rows.map(({ name, facts }) => ({
    about: 'Latency of the provider',
    text: `Published measurement: ${name}.`,
    method: 'measured',
    points: 1,
    date: facts.measured ?? null,
    source: sourceIn(facts.sources, facts.source),
  }));
}

function datasheetRests({ hardware }: ResolvedDeployment): Rest[] {
  const { name, engine, facts } = hardware;
  const gigabytes = readableCount(engine.memoryBytesPerSecond / 1e9);
  const rest = { method: 'datasheet' as const, points: null, date: null };
  return [
    {
      ...rest,
      about: 'Memory bandwidth',
      text: `${name}: ${gigabytes} GB/s.`,
      source: sourceIn(facts.sources, facts.memory.source),
    },
    {
      ...rest,
      about: 'Peak rates',
      text: `${name}: ${Object.keys(engine.peaks).join(', ')}.`,
      source: sourceIn(facts.sources, (engine.kind === facts.kind ? facts.compute : facts.cpuSide)?.source),
    },
  ];
}

function textOf({ known, points, row, inheritance, data }: CoefficientUse, deployment: ResolvedDeployment): string {
  if (known === 'assumed') return `Assumed: ${data}.`;
  if (known === 'source') return `From a source: ${data}.`;
  const count = points === 1 ? 'one published measurement' : `${readableCount(points)} published measurements`;
  const standsIn = inheritance > 1 ? ', for want of closer ones' : '';
  return points === 0
    ? `Fitted, for ${subjectOf(row, deployment)}: ${data}.`
    : `Fitted on ${count} of ${subjectOf(row, deployment)} (${setsIn(data)})${standsIn}.`;
}

/** The sets of measurements that the data of a fitted coefficient names: "134 points of A and B; fit of …" = A and B. */
function setsIn(data: string): string {
  return data.replace(/; fit of .*$/, '').replace(/^.*?(?: of |: )/, '');
}

/** The name of a row in words: nvidia-hopper|fp8 = NVIDIA Hopper devices, fp8 weights. */
function subjectOf(row: string, deployment: ResolvedDeployment): string {
  return row
    .split('|')
    .map((part) => partOf(part, deployment))
    .join(', ');
}

function partOf(part: string, { hardware, runtime }: ResolvedDeployment): string {
  const { id, family, vendor, memoryClass } = hardware.engine;
  const { coefficients } = runtime.engine;
  if (part === 'all') return 'all devices and runtimes';
  if (part === id) return hardware.name;
  if (part === family) return `${familyName(family, vendor)} devices`;
  if (part === memoryClass) return `devices with ${memoryClass.toUpperCase()} memory`;
  if (part === vendor) return `${vendor} devices`;
  if (part === coefficients) return runtime.name;
  if (part.startsWith(`${coefficients}-`)) return `${runtime.name} on ${part.slice(coefficients.length + 1)}`;
  if (/^\d{4}$/.test(part)) return `builds of ${part}`;
  if (part.endsWith('-weight-only')) return `${part.slice(0, -'-weight-only'.length)} weights multiplied in 16 bits`;
  if (part === 'weight-only') return 'weights multiplied in a wider format';
  if (part === 'flash' || part === 'plain') return `${part} attention`;
  if (part === 'served' || part === 'offline' || part === 'saturated') return `requests ${part}`;
  return /^(16-bit|fp\d|int\d|gguf|mlx)/.test(part) ? `${part} weights` : part;
}

/** nvidia-hopper = NVIDIA Hopper */
function familyName(family: string, vendor: string): string {
  const words = family.split('-');
  const rest = words[0] === vendor.toLowerCase() ? words.slice(1) : words;
  return [vendor, ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join(' ');
}

/** Measurements by the keys of their sources, which the data of a coefficient names. */
const bySource = groupedBy<MeasurementProfile>(({ facts }) => Object.keys(facts.sources));

/** The source named first: the one with the most points; null for sets of many pages, which have no single one. */
function firstNamed(data: string, { measurement }: Catalogue): KeyedSource | null {
  const groups = measurement.derived(bySource);
  for (const key of data.split(/[\s,;:]+/)) {
    const source = groups.get(key)?.[0]?.facts.sources[key];
    if (source !== undefined) return { key, source };
  }
  return null;
}

function sourceIn(sources: Readonly<Record<string, Source>>, stated: string | readonly string[] | undefined) {
  const [key] = [stated ?? []].flat();
  const source = key === undefined ? undefined : sources[key];
  return key === undefined || source === undefined ? null : { key, source };
}
