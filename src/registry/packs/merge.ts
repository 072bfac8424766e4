import { allKinds } from '../kinds/kinds.ts';
import { foldName } from '../name.ts';
import { didYouMean, nearestNames } from '../nearestNames.ts';
import type { PackProfile } from './profiles.ts';

/** What all packs together say. */
export interface MergedPacks {
  /** By `kind/id`. */
  profiles: ReadonlyMap<string, PackProfile>;
  /** Profiles that a later pack replaced, as one line each, for the start's report. */
  conflicts: readonly string[];
}

/**
 * Lays packs over each other: a later pack's profile stands for an earlier one's of the same id.
 *
 * @param packs in order of precedence, the weakest first
 * @param exists whether the database has a profile that no pack brings (a user's)
 * @throws PackError a name that two profiles of one pack claim, or a reference to a profile that does not exist
 */
export function mergePacks(
  packs: readonly (readonly PackProfile[])[],
  exists: (kind: string, id: string) => boolean,
): MergedPacks {
  const profiles = new Map<string, PackProfile>();
  const conflicts: string[] = [];
  for (const pack of packs) {
    refuseSharedNames(pack);
    for (const profile of pack) {
      const key = `${profile.kind.kind}/${profile.id}`;
      const earlier = profiles.get(key);
      if (earlier !== undefined && earlier.facts !== profile.facts) {
        const [winner, loser] = [`${profile.pack} (${profile.file})`, `${earlier.pack} (${earlier.file})`];
        conflicts.push(`${profile.kind.kind} ${profile.id}: ${winner} stands for ${loser}, because it comes later`);
      }
      profiles.set(key, profile);
    }
  }
  for (const profile of profiles.values()) refuseDanglingReferences(profile, profiles, exists);
  return { profiles, conflicts };
}

function refuseSharedNames(pack: readonly PackProfile[]): void {
  for (const kind of allKinds) {
    const owners = new Map<string, string>();
    const ofKind = pack.filter((profile) => profile.kind.kind === kind.kind);
    for (const { id } of ofKind) owners.set(foldName(id), id);
    for (const profile of ofKind) {
      for (const alias of profile.aliases) {
        const owner = owners.get(foldName(alias)) ?? profile.id;
        if (owner !== profile.id) {
          throw profile.problem({ path: 'aliases', message: `${JSON.stringify(alias)} is already a name of ${owner}` });
        }
        owners.set(foldName(alias), profile.id);
      }
    }
  }
}

function refuseDanglingReferences(
  profile: PackProfile,
  profiles: ReadonlyMap<string, PackProfile>,
  exists: (kind: string, id: string) => boolean,
): void {
  for (const { kind, id, path } of profile.references) {
    if (profiles.has(`${kind}/${id}`) || exists(kind, id)) continue;
    const ids = [...profiles.values()].filter((other) => other.kind.kind === kind).map((other) => other.id);
    const hint = didYouMean(nearestNames(id, ids)[0]);
    throw profile.problem({ path, message: `there is no ${kind} ${JSON.stringify(id)}${hint}` });
  }
}
