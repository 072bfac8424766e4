import { remembered } from '../../engine/remembered.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile, RuntimeProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { highestPreference, preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';

/**
 * The format a model is published in, then the narrower ones that people take in its place: what runtimes say is usual with
 * them (`usualWeights`). Empty for a model without a published format.
 */
export function usualFormats(catalogue: Catalogue, { facts }: ModelProfile): WeightFormatProfile[] {
  const native = facts.nativeFormat === undefined ? null : catalogue.weightFormat.find(facts.nativeFormat);
  if (native === null) return [];
  const narrower = usualAnywhere(catalogue.runtime)(catalogue.weightFormat)
    .filter((format) => format.retired === null && bitsOf(format) < bitsOf(native))
    // Another layout of the scales of the same format is no choice.
    .filter(({ engine }) => engine.efficiencyClass !== native.engine.efficiencyClass);
  return [native, ...narrower];
}

/** A runtime that runs it on the device says that people take it. */
export function isUsualFormat(format: WeightFormatProfile, hardware: Hardware, catalogue: Catalogue): boolean {
  return catalogue.runtime
    .all()
    .some(
      (runtime) =>
        (preferenceFor(runtime.facts, hardware, format.engine.efficiencyClass) ?? 0) > RARE_PREFERENCE &&
        namesAsUsual(runtime, format, catalogue),
    );
}

/** Neither shelf ever changes: a changed catalogue has new ones. */
const usualAnywhere = remembered((runtimes: Catalogue['runtime']) =>
  remembered((weightFormat: Catalogue['weightFormat']): readonly WeightFormatProfile[] =>
    weightFormat
      .all()
      .filter((format) =>
        runtimes
          .all()
          .some(
            (runtime) =>
              highestPreference(runtime.facts, format.engine.efficiencyClass) > RARE_PREFERENCE &&
              namesAsUsual(runtime, format, { weightFormat }),
          ),
      ),
  ),
);

function namesAsUsual(
  { facts }: RuntimeProfile,
  format: WeightFormatProfile,
  { weightFormat }: Pick<Catalogue, 'weightFormat'>,
): boolean {
  const named = facts.demonstration === true ? [] : (facts.usualWeights ?? []);
  return named.some((id) => weightFormat.find(id) === format);
}

/** Of one weight; of a format for caches alone, without end. */
export function bitsOf({ facts }: WeightFormatProfile): number {
  return facts.weights?.bitsPerWeight ?? Number.POSITIVE_INFINITY;
}
