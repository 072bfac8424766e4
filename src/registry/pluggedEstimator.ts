import type { Estimator, Runtime } from '../engine/shapes.ts';
import { UnsupportedError } from './errors.ts';

/** Estimators that packs bring, by id. */
export type Estimators = ReadonlyMap<string, Estimator>;

/**
 * What answers for a runtime, for a deployment to hold; nothing for a runtime that the engine describes.
 *
 * @throws UnsupportedError the runtime names an estimator that no pack of this process brings
 */
export function pluggedEstimator(estimators: Estimators, { id, estimatedBy }: Runtime): { estimator?: Estimator } {
  if (estimatedBy === undefined) return {};
  const estimator = estimators.get(estimatedBy);
  if (estimator === undefined) {
    const message = `${id} is estimated by ${estimatedBy}, which no pack of this server brings.`;
    throw new UnsupportedError(message, 'runtime', id);
  }
  return { estimator };
}

/** Those of all packs, a later pack's standing over an earlier one's of the same id; with one line for each such case. */
export function gatherEstimators(packs: readonly { pack: { name: string }; estimators: readonly Estimator[] }[]): {
  estimators: Estimators;
  conflicts: readonly string[];
} {
  const estimators = new Map<string, Estimator>();
  const owners = new Map<string, string>();
  const conflicts: string[] = [];
  for (const { pack, estimators: brought } of packs) {
    for (const estimator of brought) {
      const earlier = owners.get(estimator.id);
      if (earlier !== undefined) {
        conflicts.push(`estimator ${estimator.id}: ${pack.name} stands for ${earlier}, because it comes later`);
      }
      owners.set(estimator.id, pack.name);
      estimators.set(estimator.id, estimator);
    }
  }
  return { estimators, conflicts };
}
