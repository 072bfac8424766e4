import type { Assumption, Estimate } from '../engine/answer.ts';
import type { Deployment } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { RuntimeProfile } from '../registry/catalogue/profiles.ts';
import { InvalidQuestionError } from './errors.ts';
import { measurementsOf } from './evidence/measurementsOf.ts';
import type { Question } from './question.ts';

/** A build as the engine knows it. */
export type Build = Pick<Deployment, 'runtimeYear' | 'runtimeVersion'>;

/**
 * The build asked for. A version without a year is of the year that measurements of it state, or of both its measured
 * neighbours; a version newer than every measured one is of the runtime's latest year.
 *
 * @throws InvalidQuestionError text that is no version; a version whose year nothing tells
 */
export function buildOf(
  { runtimeVersion, runtimeYear }: Question,
  runtime: RuntimeProfile,
  catalogue: Catalogue,
): Build {
  const { defaultYear } = runtime.engine;
  if (runtimeVersion == null) return { runtimeYear: runtimeYear ?? defaultYear };
  const version = versionOf(runtimeVersion);
  if (version === null) {
    throw new InvalidQuestionError('runtimeVersion', runtimeVersion, 'must be a version, such as 0.14.1 or b6077');
  }
  const year = runtimeYear ?? yearOf(version, runtimeVersion, runtime, catalogue);
  return { runtimeYear: year, ...majorMinor(runtimeVersion) };
}

/** The build as major.minor, where its version has that form (0.14.0, 1.0.0rc3, Neuron 2.18.1; not b6077). */
export function majorMinor(version: string | null): Pick<Build, 'runtimeVersion'> {
  const found = /(?:^|\s)v?(\d+\.\d+)/.exec(version ?? '')?.[1];
  return found === undefined ? {} : { runtimeVersion: found };
}

/** Which year a version was taken for, and whether anything was fitted for it. */
export function buildAssumptions(
  { runtimeVersion, runtimeYear }: Question,
  { name }: RuntimeProfile,
  { runtime, ...build }: Deployment,
  { coefficients }: Estimate,
): Assumption[] {
  if (runtimeVersion == null) return [];
  const lines: Assumption[] = [];
  if (runtimeYear == null) {
    const text = `${name} ${runtimeVersion} is taken for a build of ${build.runtimeYear}, by measurements of it or of versions around it.`;
    lines.push({ code: 'RUNTIME_VERSION_YEAR', text });
  }
  const own = `${runtime.coefficients}|${build.runtimeVersion}`;
  if (!coefficients.some(({ row }) => row === own || row.startsWith(`${own}|`))) {
    const text = `Nothing is fitted for ${name} ${runtimeVersion} itself: builds of ${build.runtimeYear}, or the nearest measured ones, stand for it.`;
    lines.push({ code: 'RUNTIME_VERSION_NOT_MEASURED', text });
  }
  return lines;
}

/** The numbers of a version; null for text that has none, such as a branch or a day. */
function versionOf(text: string): number[] | null {
  const found = /(?:^|\s)[bv]?(\d+(?:\.\d+)*)(?=$|[\s.,+(a-z])/i.exec(text)?.[1];
  return found === undefined ? null : found.split('.').map(Number);
}

function yearOf(version: readonly number[], text: string, runtime: RuntimeProfile, catalogue: Catalogue): number {
  let below: Release | null = null;
  let above: Release | null = null;
  for (const release of releasesOf(runtime, catalogue)) {
    if (sameMinor(release.version, version)) return release.year;
    if (compare(release.version, version) < 0) below = release;
    else above ??= release;
  }
  if (below !== null && above === null) return Math.max(below.year, runtime.engine.defaultYear);
  if (below !== null && below.year === above?.year) return below.year;
  const around = [below, above].filter((known) => known !== null);
  const known = around.map((release) => `${release.text} of ${release.year}`).join(' and ');
  const between = known === '' ? 'no measurement states a version' : `measurements know ${known}`;
  throw new InvalidQuestionError('runtimeVersion', text, `needs runtimeYear beside it: of ${runtime.name}, ${between}`);
}

interface Release {
  version: readonly number[];
  text: string;
  year: number;
}

/** Versions that measurements state, oldest first; of one version the earliest year. */
function releasesOf({ id }: RuntimeProfile, catalogue: Catalogue): Release[] {
  return measurementsOf(catalogue, id)
    .filter(({ facts }) => facts.runtime === id)
    .flatMap(({ facts: { runtimeVersion, runtimeYear } }) => {
      const version = versionOf(runtimeVersion ?? '');
      return version === null ? [] : [{ version, text: version.join('.'), year: runtimeYear }];
    })
    .sort((one, other) => compare(one.version, other.version) || one.year - other.year);
}

/** The same major.minor; of numbered builds, the same number. */
function sameMinor(one: readonly number[], other: readonly number[]): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

/** By the first two numbers: patches are of the same year as their version. */
function compare([major = 0, minor = 0]: readonly number[], [otherMajor = 0, otherMinor = 0]: readonly number[]) {
  return major - otherMajor || minor - otherMinor;
}
