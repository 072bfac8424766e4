import type { Profile } from '../registry/kinds/kind.ts';

/** Says which of the profiles asked about somebody has taken off the lists: they still answer, for old questions. */
export function retiredWarnings(profiles: readonly Profile[]): string[] {
  return profiles.flatMap(({ name, retired }) => {
    if (retired === null) return [];
    const instead = retired.replacedBy === null ? '' : `; use ${retired.replacedBy} instead`;
    return [`${name} was retired on ${retired.at.slice(0, 10)}${instead}.`];
  });
}
