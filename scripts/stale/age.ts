/** A profile as the catalogue holds it. */
export interface Aged {
  kind: string;
  id: string;
  facts: object;
}

interface StaleGroup {
  what: string;
  months: number;
  stale: { id: string; day: string }[];
  /** Profiles that say no day at all, a count. */
  undated: number;
}

/**
 * After how many months somebody should look again. Prices by the token move with every model, hourly ones with the
 * market; shapes and chips stay what they are, but what is known of them grows.
 */
const thresholds: readonly { what: string; months: number; of: (profile: Aged) => boolean }[] = [
  { what: 'prices by the token', months: 6, of: ({ facts }) => basisOf(facts) === 'model-tokens' },
  { what: 'prices by the hour', months: 3, of: ({ facts }) => basisOf(facts) === 'hardware-hour' },
  { what: 'prices to buy', months: 12, of: ({ facts }) => basisOf(facts) === 'hardware-purchase' },
  { what: 'latencies of hosted models', months: 9, of: ({ kind }) => kind === 'hosted-latency' },
  { what: 'models', months: 12, of: ({ kind }) => kind === 'model' },
  { what: 'hardware', months: 12, of: ({ kind }) => kind === 'hardware' },
  { what: 'runtimes', months: 6, of: ({ kind }) => kind === 'runtime' },
];

/** Profiles whose day lies further back than their kind allows, oldest first; prices that have ended are left out. */
export function staleProfiles(profiles: readonly Aged[], today: Date): StaleGroup[] {
  return thresholds.map(({ what, months, of }) => {
    const group = profiles.filter((profile) => of(profile) && !('effectiveTo' in profile.facts));
    const aged = group.map(({ id, facts }) => ({ id, day: dayOf(facts) }));
    const oldest = monthsBefore(today, months);
    const stale = aged.flatMap(({ id, day }) => (day !== null && lastDay(day) < oldest ? [{ id, day }] : []));
    stale.sort((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0));
    return { what, months, stale, undated: aged.filter(({ day }) => day === null).length };
  });
}

function monthsBefore(today: Date, months: number): string {
  const day = new Date(today);
  day.setUTCMonth(day.getUTCMonth() - months);
  return day.toISOString().slice(0, 10);
}

/** The last day that a year or a month may mean, so that nothing is called old on a guess. */
function lastDay(day: string): string {
  return `${day}${'-12-31'.slice(day.length - 4)}`;
}

function basisOf(facts: object): unknown {
  return 'basis' in facts ? facts.basis : undefined;
}

/** The day of a price or a measurement where it has such a field, even an empty one; else the last a source was read. */
function dayOf(facts: object): string | null {
  const stated: Readonly<Record<string, unknown>> = { ...facts };
  for (const field of ['effectiveFrom', 'date', 'measured']) {
    if (field in stated) return typeof stated[field] === 'string' ? stated[field] : null;
  }
  const sources = Object.values((stated.sources ?? {}) as Record<string, { retrieved?: string }>);
  const read = sources.flatMap(({ retrieved }) => (retrieved === undefined ? [] : [retrieved]));
  return read.toSorted().at(-1) ?? null;
}
