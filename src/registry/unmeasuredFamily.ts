import type { Assumption } from '../engine/answer.ts';
import type { Hardware } from '../engine/profile.ts';
import type { Catalogue } from './catalogue.ts';
import type { Profile } from './kind.ts';
import type { HardwareFacts } from './kinds/hardware.ts';
import { measuredRunsOf } from './measuredRuns.ts';
import { nearestIds, spellingOf } from './nearestNames.ts';

/**
 * Says that no measurement of a device's family is known, so that only wider rows of the coefficients speak for it. Of a
 * user's device the family may be a slip: the nearest measured one is named.
 */
export function unmeasuredFamily(hardware: Profile<HardwareFacts, Hardware>, catalogue: Catalogue): Assumption[] {
  const measured = measuredRunsOf(catalogue).families;
  const { name, origin } = hardware;
  const { family } = hardware.engine;
  if (measured.has(family)) return [];
  const spellings = [...measured].map((other) => spellingOf(other, other));
  const [nearest] = origin === 'user' ? nearestIds(family, spellings) : [];
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  const text = `No measurement of the family ${family}${hint} is known: what is fitted on wider classes of devices, or assumed, stands for ${name}.`;
  return [{ code: 'UNMEASURED_FAMILY', text }];
}
