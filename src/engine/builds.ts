import type { BuildLimit, Deployment } from './shapes.ts';

/** Calendar years that a build of a runtime may have: from the first transformer to far beyond any plan. */
export const buildYears = { minimum: 2017, maximum: 2100 };

/** Whether a deployment's build has what its runtime got in the year `since`; null = it never did. */
export function hasSince({ runtimeYear }: Deployment, since: number | null): boolean {
  return since !== null && runtimeYear >= since;
}

/** Whether a deployment's build is older than `limit`: by version where it is known, else by year. */
export function isBefore({ runtimeVersion, runtimeYear }: Deployment, limit: BuildLimit): boolean {
  if (runtimeVersion === undefined) return runtimeYear < limit.year;
  const [major = 0, minor = 0] = runtimeVersion.split('.').map(Number);
  const [limitMajor = 0, limitMinor = 0] = limit.version.split('.').map(Number);
  return major < limitMajor || (major === limitMajor && minor < limitMinor);
}

/** As switched, or as builds of that year have it. */
export function usesFlashAttention(deployment: Deployment): boolean {
  return deployment.flashAttention ?? hasSince(deployment, deployment.runtime.flashAttentionSince);
}
