import type { Assumption } from '../engine/answer.ts';
import type { Source, SourceKeys } from '../registry/kinds/source.ts';

interface SourcedProfile {
  name: string;
  facts: { sources: Readonly<Record<string, Source>>; source?: SourceKeys | undefined };
}

/**
 * One line for each of the named groups of figures (`memory`, `power`, ...) that rests, wholly or in part, on sources
 * nobody can look up (`known: "assumed"`). Groups the profile does not have are passed over.
 */
export function assumedFigures(profile: SourcedProfile, groups: readonly string[]): Assumption[] {
  const { facts } = profile;
  return groups.flatMap((group) => {
    const keys = sourceOf((facts as { readonly [group: string]: unknown })[group]);
    return lines(`${profile.name}, ${words(group)}`, keys, facts.sources);
  });
}

/** The same for a profile that is one group itself, such as a price. */
export function assumedProfile({ name, facts }: SourcedProfile): Assumption[] {
  return lines(name, facts.source, facts.sources);
}

function lines(what: string, source: SourceKeys | undefined, sources: Readonly<Record<string, Source>>): Assumption[] {
  const keys = source === undefined ? [] : [source].flat();
  const assumed = keys.flatMap((key) => (sources[key]?.known === 'assumed' ? [sources[key].title] : []));
  if (assumed.length === 0) return [];
  const share = assumed.length === keys.length ? 'assumed' : 'partly assumed';
  return [{ code: 'ASSUMED_FIGURES', text: `${what}: ${share}, no public page is recorded (${assumed.join('; ')}).` }];
}

function sourceOf(group: unknown): SourceKeys | undefined {
  return typeof group === 'object' && group !== null && 'source' in group ? (group.source as SourceKeys) : undefined;
}

/** usable memory, from usableMemory */
function words(group: string): string {
  return group.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
