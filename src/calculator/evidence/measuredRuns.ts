import { compareText } from '../../engine/compareText.ts';
import { cpuSideOf } from '../../engine/cpuSide.ts';
import { type Run, runDistance, runOf, subjectDistance } from '../../engine/evidence/neighbours.ts';
import type { MeasuredTimes } from '../../engine/evidence/residuals.ts';
import { remembered } from '../../engine/remembered.ts';
import type { Deployment, Workload } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { type Groups, groupedBy } from '../../registry/catalogue/derivation.ts';
import type { MeasurementProfile } from '../../registry/catalogue/profiles.ts';
import { type Measurement, type MeasurementSubject, subjectOfName } from '../../registry/kinds/measurement.ts';
import { measuredDeployment, measuredWorkload } from './measuredDeployment.ts';

/** A measurement of speed as the engine sees it: what ran, what was asked, and the times. */
export interface MeasuredRun extends Run {
  times: MeasuredTimes;
  /** Tokens per second of everything queued at once; null for other runs. */
  saturatedTokensPerSecond: number | null;
}

/** A measured run, and the measurement of the catalogue that says so. */
export interface ProfiledRun extends MeasuredRun {
  profile: MeasurementProfile;
}

/**
 * Measured runs of one catalogue, by model, device and runtime. Sizes and runs of low trust are left out: they say nothing
 * about the speed of a deployment. Runs on a chip's GPU and runs on its CPU cores say nothing about each other.
 * Facts are parsed, and runs made, for the subjects that questions lead to.
 */
export class MeasuredRuns {
  readonly #catalogue: Catalogue;
  readonly #profiles: Groups<MeasurementProfile>;
  readonly #ownProfiles: Groups<MeasurementProfile>;
  readonly #runsOf = remembered((profiles: readonly MeasurementProfile[]) =>
    profiles.map((profile) => profiledRun(profile, this.#catalogue)).filter((run) => run !== null),
  );
  /** One run of each subject: all of them are equally far in model, device and runtime. */
  readonly #examples = new Map<boolean, readonly { subject: string; run: ProfiledRun }[]>();
  readonly #order = new Map<string, Order>();
  #families: ReadonlySet<string> | undefined;
  #runtimes: ReadonlySet<string> | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#profiles = catalogue.measurement.derived(bySubject);
    this.#ownProfiles = catalogue.measurement.derived(ownByPlace);
  }

  /** Every measured run of the run's model on its device by its runtime. */
  ofSubject(run: Run): readonly ProfiledRun[] {
    return this.#alike(run, this.#profiles.get(subjectOf(run)) ?? none);
  }

  #alike(run: Run, profiles: readonly MeasurementProfile[]): readonly ProfiledRun[] {
    const onCores = isOnCores(run);
    return this.#runsOf(profiles).filter((measured) => isOnCores(measured) === onCores);
  }

  /** Families of the devices that anything was measured on, and of their CPU cores. */
  get families(): ReadonlySet<string> {
    this.#families ??= this.#named(({ hardware }) => {
      const device = this.#catalogue.hardware.find(hardware ?? '')?.engine;
      return [device?.family, device?.cpuSide?.family];
    });
    return this.#families;
  }

  /** Coefficients of the runtimes that anything was measured with. */
  get runtimes(): ReadonlySet<string> {
    this.#runtimes ??= this.#named(({ runtime }) => [this.#catalogue.runtime.find(runtime)?.engine.coefficients]);
    return this.#runtimes;
  }

  #named(namesOf: (subject: MeasurementSubject) => readonly (string | undefined)[]): ReadonlySet<string> {
    const names = [...this.#profiles.values()].flatMap(([profile]) =>
      profile === undefined ? [] : namesOf(subjectOfName(profile.name)),
    );
    return new Set(names.filter((name) => name !== undefined));
  }

  /** What people recorded themselves on the run's device by its runtime, of any model. */
  own(run: Run): readonly ProfiledRun[] {
    const { hardware, runtime } = run.deployment;
    return this.#alike(run, this.#ownProfiles.get(ownKeyOf(hardware.id, runtime.id)) ?? none);
  }

  /** The run with the least distance that `says` something to the point; null when there is none. Ties: by id. */
  nearest(run: Run, says: (measured: ProfiledRun) => boolean): ProfiledRun | null {
    let best = nearestOf(run, this.ofSubject(run), says);
    if (best !== null) return best.measured;
    for (const { subject, distance } of this.#orderFrom(run)) {
      if (best !== null && distance >= best.distance) break;
      const found = nearestOf(run, this.#alike(run, this.#profiles.get(subject) ?? none), says);
      if (found !== null && (best === null || found.distance < best.distance)) best = found;
    }
    return best?.measured ?? null;
  }

  /** Subjects by their distance from the run's, the nearest first. Remembered: people ask about a deployment again. */
  #orderFrom(run: Run): Order {
    const onCores = isOnCores(run);
    const subject = `${subjectOf(run)} ${onCores}`;
    const known = this.#order.get(subject);
    if (known !== undefined) return known;
    const order = this.#examplesOf(onCores)
      .map((example) => ({ subject: example.subject, distance: subjectDistance(run, example.run) }))
      .sort((one, other) => one.distance - other.distance || compareText(one.subject, other.subject))
      .slice(0, mostSubjects);
    // What a question brings along may be another thing under the same id the next time.
    if (!this.#isListed(run)) return order;
    if (this.#order.size >= mostOrders) this.#order.clear();
    this.#order.set(subject, order);
    return order;
  }

  #examplesOf(onCores: boolean): readonly { subject: string; run: ProfiledRun }[] {
    const known = this.#examples.get(onCores);
    if (known !== undefined) return known;
    const examples = [...this.#profiles].flatMap(([subject, profiles]) => {
      const run = firstRun(profiles, this.#catalogue, onCores);
      return run === null ? [] : [{ subject, run }];
    });
    this.#examples.set(onCores, examples);
    return examples;
  }

  #isListed({ deployment: { model, hardware } }: Run): boolean {
    return this.#catalogue.model.has(model.id) && this.#catalogue.hardware.has(hardware.id);
  }
}

const none: readonly MeasurementProfile[] = [];

type Order = readonly { subject: string; distance: number }[];

/** A nearer run than any of the nearest fifty subjects' would have to be of another one: they are long too far then. */
const mostSubjects = 50;
/** Subjects whose order is remembered at a time. */
const mostOrders = 500;

const knownRuns = new WeakMap<Catalogue['measurement'], { catalogue: Catalogue; runs: MeasuredRuns }>();

/** The measured runs of a catalogue, made as questions lead to them; kept while nothing that they are made of changes. */
export function measuredRunsOf(asked: Catalogue): MeasuredRuns {
  const catalogue = asked.listed ?? asked;
  const known = knownRuns.get(catalogue.measurement);
  if (known !== undefined && madeOf.every((part) => known.catalogue[part] === catalogue[part])) return known.runs;
  const runs = new MeasuredRuns(catalogue);
  knownRuns.set(catalogue.measurement, { catalogue, runs });
  return runs;
}

const madeOf = ['model', 'hardware', 'weightFormat', 'runtime', 'estimators'] as const;

/** On devices of the catalogue. The name says it all, so that no facts need be parsed for it. */
const bySubject = groupedBy<MeasurementProfile>(({ name }) => {
  const { model, hardware, runtime } = subjectOfName(name);
  return [hardware === null ? null : keyOf(model, hardware, runtime)];
});

/** People's own, by device and runtime. */
const ownByPlace = groupedBy<MeasurementProfile>(({ name, origin }) => {
  const { hardware, runtime } = subjectOfName(name);
  return [hardware === null || origin !== 'user' ? null : ownKeyOf(hardware, runtime)];
});

interface Found {
  measured: ProfiledRun;
  distance: number;
}

function nearestOf(run: Run, runs: readonly ProfiledRun[], says: (measured: ProfiledRun) => boolean): Found | null {
  let best: Found | null = null;
  for (const measured of runs) {
    if (!says(measured)) continue;
    const distance = runDistance(run, measured, best?.distance);
    if (best === null || distance < best.distance) best = { measured, distance };
  }
  return best;
}

function firstRun(profiles: readonly MeasurementProfile[], catalogue: Catalogue, onCores: boolean): ProfiledRun | null {
  for (const profile of profiles) {
    const run = profiledRun(profile, catalogue);
    if (run !== null && isOnCores(run) === onCores) return run;
  }
  return null;
}

/** On the CPU cores of a chip that the catalogue describes by its GPU. */
function isOnCores({ deployment: { hardware } }: Run): boolean {
  return hardware.kind === 'cpu' && hardware.cpuSide !== undefined;
}

function profiledRun(profile: MeasurementProfile, catalogue: Catalogue): ProfiledRun | null {
  const run = measuredRun(profile.facts, catalogue);
  return run && { ...run, profile };
}

/** A measurement as a run; null when it timed nothing, is little trusted, or ran on what no question can ask for. */
export function measuredRun(facts: Measurement, catalogue: Catalogue): MeasuredRun | null {
  const device = facts.hardware === null ? null : catalogue.hardware.find(facts.hardware);
  if (device === null || facts.trust === 'low') return null;
  const onCores = facts.backend === 'cpu' && device.engine.kind !== 'cpu';
  const hardware = onCores ? cpuSideOf(device.engine) : device.engine;
  if (hardware === null) return null;
  const workload = measuredWorkload(facts, 'timePerOutputTokenMs');
  const times = measuredTimes(facts, workload);
  const saturated = facts.mode === 'saturated';
  const saturatedTokensPerSecond = saturated ? (facts.metrics.outputTokensPerSecond ?? null) : null;
  if (saturatedTokensPerSecond === null && Object.values(times).every((seconds) => seconds === null)) return null;
  const deployment = measuredDeployment(facts, hardware, {
    model: (id) => catalogue.model.find(id)?.engine ?? null,
    weightFormat: (id) => catalogue.weightFormat.find(id)?.engine ?? null,
    runtime: (id) => catalogue.runtime.find(id),
    estimators: catalogue.estimators,
  });
  if (typeof deployment === 'string') return null;
  return { ...runOf(asAsked(deployment), workload, saturated), times, saturatedTokensPerSecond };
}

/** As most questions do: by a year, not a version, and no year after the newest calibrated one. */
function asAsked({ runtimeVersion: _version, ...deployment }: Deployment): Deployment {
  return { ...deployment, runtimeYear: Math.min(deployment.runtimeYear, deployment.runtime.defaultYear) };
}

/** Rates as the times they stand for; of several metrics of one time the directly measured one counts. */
function measuredTimes({ metrics, mode }: Measurement, { batch, promptTokens, outputTokens }: Workload): MeasuredTimes {
  const { timeToFirstTokenMs, timePerOutputTokenMs, endToEndMs } = metrics;
  const { prefillTokensPerSecond, decodeTokensPerSecondPerSequence } = metrics;
  const outputTokensPerSecond = mode === 'saturated' ? undefined : metrics.outputTokensPerSecond;
  const totalTokensPerSecond = mode === 'saturated' ? undefined : metrics.totalTokensPerSecond;
  return {
    timeToFirstTokenSeconds:
      milliseconds(timeToFirstTokenMs) ?? perSecond(batch * promptTokens, prefillTokensPerSecond),
    timePerOutputTokenSeconds: milliseconds(timePerOutputTokenMs) ?? perSecond(1, decodeTokensPerSecondPerSequence),
    endToEndSeconds:
      milliseconds(endToEndMs) ??
      perSecond(batch * outputTokens, outputTokensPerSecond) ??
      perSecond(batch * (promptTokens + outputTokens), totalTokensPerSecond),
  };
}

function milliseconds(value: number | undefined): number | null {
  return value === undefined ? null : value / 1000;
}

function perSecond(count: number, rate: number | undefined): number | null {
  return rate === undefined || count === 0 ? null : count / rate;
}

function subjectOf({ deployment: { model, hardware, runtime } }: Run): string {
  return keyOf(model.id, hardware.id, runtime.id);
}

function ownKeyOf(hardware: string, runtime: string): string {
  return `${hardware} ${runtime}`;
}

function keyOf(model: string, hardware: string, runtime: string): string {
  return `${model} ${hardware} ${runtime}`;
}
