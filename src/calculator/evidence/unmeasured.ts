import type { Assumption } from '../../engine/answer.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { HardwareProfile, RuntimeProfile } from '../../registry/catalogue/profiles.ts';
import type { Profile } from '../../registry/kinds/kind.ts';
import { didYouMean, nearestNames } from '../../registry/nearestNames.ts';
import { measuredRunsOf } from './measuredRuns.ts';

/**
 * Says that no measurement of a device's family, or of a runtime and those that share its coefficients, is known, so that
 * only wider rows of the coefficients speak for it. Of a user's profile the name may be a slip: the nearest measured one
 * is named.
 */
export function unmeasured(hardware: HardwareProfile, runtime: RuntimeProfile, catalogue: Catalogue): Assumption[] {
  // A pack's own estimator reads no coefficients.
  if (runtime.engine.estimatedBy !== undefined) return [];
  const { families, runtimes } = measuredRunsOf(catalogue);
  return [
    ...line('UNMEASURED_FAMILY', 'of the family', hardware, hardware.engine.family, families),
    ...line('UNMEASURED_RUNTIME', 'with the coefficients', runtime, runtime.engine.coefficients, runtimes),
  ];
}

function line(
  code: string,
  what: string,
  { name, origin }: Pick<Profile, 'name' | 'origin'>,
  group: string,
  measured: ReadonlySet<string>,
): Assumption[] {
  if (measured.has(group)) return [];
  const hint = didYouMean(nearestNames(group, origin === 'user' ? measured : [])[0]);
  const text = `No measurement ${what} ${group}${hint} is known: what is fitted more widely, or assumed, stands for ${name}.`;
  return [{ code, text }];
}
