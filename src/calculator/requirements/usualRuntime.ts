import { remembered } from '../../engine/remembered.ts';
import { arithmeticOn } from '../../engine/roofline.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { RuntimeProfile } from '../../registry/catalogue/profiles.ts';
import { preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';
import { runtimesFor } from '../chooseRuntime.ts';

/** People run weights of that class on the device with it: estimates answer without a warning. */
export function isUsualThere({ facts }: RuntimeProfile, hardware: Hardware, efficiencyClass: string): boolean {
  return facts.demonstration !== true && (preferenceFor(facts, hardware, efficiencyClass) ?? 0) > RARE_PREFERENCE;
}

/** Some runtime runs some format on the device, and the device has a rate to calculate it with. */
export function isEstimable(hardware: Hardware, { weightFormat, runtime }: Catalogue): boolean {
  return estimableOn(weightFormat)(runtime)(hardware);
}

/** Neither shelf nor device ever changes: a changed catalogue has new ones. */
const estimableOn = remembered((weightFormat: Catalogue['weightFormat']) =>
  remembered((runtime: Catalogue['runtime']) =>
    remembered((hardware: Hardware) =>
      weightFormat
        .all()
        .some(
          ({ engine }) =>
            engine.forWeights &&
            arithmeticOn(hardware, engine) !== null &&
            runtimesFor(runtime, hardware, engine).length > 0,
        ),
    ),
  ),
);
