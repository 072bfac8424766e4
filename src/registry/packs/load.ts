import { changeOf, inUse, type NewChange, newRow, nextRevision, type Writes } from '../changes/plan.ts';
import type { Storage } from '../storage/storage.ts';
import type { ProfileRow } from '../storage/tables.ts';
import { packDigest } from './digest.ts';
import { type MergedPacks, mergePacks } from './merge.ts';
import type { Pack } from './pack.ts';
import { profilesOfPriceSource } from './priceSources/discover.ts';
import type { PriceSource } from './priceSources/priceSource.ts';
import { type PackProfile, profilesOfPack } from './profiles.ts';

/** What a load did. */
export interface PackLoad extends LoadCounts {
  /** Kind and id of each profile whose facts a user has put in front of a pack's. The same at every start. */
  kept: readonly string[];
  /** One line for each profile that a later pack replaced: which file stands, for which, and why. The same at every start. */
  conflicts: readonly string[];
}

interface LoadCounts {
  created: number;
  updated: number;
  retired: number;
  restored: number;
}

/**
 * Brings the database in step with the packs, in one transaction or not at all. Files that have not changed since the
 * last load are not even parsed. A row that a user has written keeps the user's facts, with the pack's behind them; a
 * row that only packs have written follows them, and is retired when they no longer have it (its history stays).
 *
 * @param packs in order of precedence, the weakest first
 * @param priceSources their offers join the first pack; asked for only when there is something to load
 * @throws PackError the first file that cannot be used; nothing is written then
 */
export async function loadPacks(
  storage: Pick<Storage, 'packs' | 'loadPacks' | 'userProfiles'>,
  packs: readonly Pack[],
  priceSources: () => Promise<readonly PriceSource[]>,
): Promise<PackLoad> {
  const digest = packDigest(packs);
  const nothing = { created: 0, updated: 0, retired: 0, restored: 0 };
  const held = await storage.packs();
  if (held.digest === digest) return { ...nothing, kept: held.kept, conflicts: held.conflicts };

  const profiles = profilesOf(packs, await priceSources());
  const users = (await storage.userProfiles()).filter(({ origin }) => origin === 'user');
  const known = new Set(users.map(({ kind, id }) => `${kind}/${id}`));
  const merged = mergePacks(profiles, (kind, id) => known.has(`${kind}/${id}`));
  const { conflicts } = merged;
  const plan = await storage.loadPacks({ digest, conflicts }, (rows, revision) => planLoad(merged, rows, revision));
  const { kept } = await storage.packs();
  return { ...(plan?.counts ?? nothing), kept, conflicts };
}

function profilesOf(packs: readonly Pack[], sources: readonly PriceSource[]): PackProfile[][] {
  return packs.map((pack, index) => {
    const profiles = profilesOfPack(pack);
    return index === 0 ? [...profiles, ...sources.flatMap(profilesOfPriceSource)] : profiles;
  });
}

interface LoadPlan extends Writes {
  profiles: ProfileRow[];
  changes: NewChange[];
  counts: LoadCounts;
}

/** The rows that packs change. All changes are one revision of the catalogue, the next; without any it stays as it is. */
function planLoad(merged: MergedPacks, rows: readonly ProfileRow[], revision: number): LoadPlan {
  const plan: LoadPlan = { profiles: [], changes: [], counts: { created: 0, updated: 0, retired: 0, restored: 0 } };
  const at = new Date().toISOString();
  /** A pack's facts are not repeated in the log: the row, or the next change's `before`, has them. */
  const change = (row: ProfileRow, actor: string, action: NewChange['action'], before: ProfileRow | null) => {
    plan.profiles.push(row);
    plan.changes.push({ ...changeOf(row, before, action, actor, revision + 1), after: null });
    plan.counts[`${action}d`] += 1;
  };
  const existing = new Map(rows.map((row) => [`${row.kind}/${row.id}`, row]));
  for (const [key, profile] of merged.profiles) bring(profile, existing.get(key));
  for (const [key, row] of existing) if (!merged.profiles.has(key)) withdraw(row);
  return plan;

  function bring({ kind: { kind }, id, name, origin, facts, pack }: PackProfile, row: ProfileRow | undefined): void {
    if (row === undefined) {
      change(newRow({ kind, id, name, origin, facts }, at), pack, 'create', null);
    } else if (row.origin === 'user') {
      if (row.packFacts !== facts || row.packOrigin !== origin) {
        plan.profiles.push({ ...row, packFacts: facts, packOrigin: origin });
      }
    } else {
      const returns = row.retiredBy === 'pack';
      if (row.facts === facts && row.name === name && row.origin === origin && !returns) return;
      const next = { ...(returns ? inUse(row, at) : nextRevision(row, at)), name, origin, facts };
      change(next, pack, returns ? 'restore' : 'update', row);
    }
  }

  function withdraw(row: ProfileRow): void {
    if (row.origin === 'user') {
      if (row.packFacts !== null) plan.profiles.push({ ...row, packFacts: null, packOrigin: null });
    } else if (row.retiredAt === null) {
      change({ ...nextRevision(row, at), retiredAt: at, retiredBy: 'pack' }, 'packs', 'retire', row);
    }
  }
}
