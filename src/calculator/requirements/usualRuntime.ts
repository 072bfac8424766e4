import { remembered } from '../../engine/remembered.ts';
import { arithmeticOn } from '../../engine/roofline.ts';
import type { Hardware, WeightFormat } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { RuntimeProfile } from '../../registry/catalogue/profiles.ts';
import { preferenceFor } from '../../registry/kinds/runtime.ts';

/** Runtimes less usual than this for a format on a device are not advised, of 100: see `preference` of a runtime. */
const leastUsual = 40;

/** People run weights of that class on the device with it. */
export function isUsualThere({ facts }: RuntimeProfile, hardware: Hardware, efficiencyClass: string): boolean {
  return (preferenceFor(facts, hardware, efficiencyClass) ?? 0) >= leastUsual;
}

/** Runtimes that run weights of that class on the device, in any order. */
export function runtimesThere(
  { runtime }: Pick<Catalogue, 'runtime'>,
  hardware: Hardware,
  { efficiencyClass }: WeightFormat,
): RuntimeProfile[] {
  return runtime.all().filter(({ facts }) => preferenceFor(facts, hardware, efficiencyClass) !== null);
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
            runtimesThere({ runtime }, hardware, engine).length > 0,
        ),
    ),
  ),
);
