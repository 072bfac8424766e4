import { remembered } from '../../engine/remembered.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile, RuntimeProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { highestPreference, preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';

/** Another format is no choice unless it saves this much: 4.16 bits of AWQ after 4.25 of MXFP4 do not. */
export const NARROWER = 0.95;

/**
 * The format a model is published in, then the narrower ones that people take in its place: what the runtimes most people use say is
 * usual with them (`usualWeights`), and what they mean by four bits. Empty for a model without a published format.
 */
export function usualFormats(catalogue: Catalogue, { facts }: ModelProfile): WeightFormatProfile[] {
  const native = facts.nativeFormat === undefined ? null : catalogue.weightFormat.find(facts.nativeFormat);
  if (native === null) return [];
  const narrower = usualAnywhere(catalogue.runtime)(catalogue.weightFormat)
    .filter((format) => format.retired === null && bitsOf(format) < NARROWER * bitsOf(native))
    // Another layout of the scales of the same format is no choice.
    .filter(({ engine }) => engine.efficiencyClass !== native.engine.efficiencyClass);
  return [native, ...narrower];
}

/** One of the runtimes most people use, which runs it on the device, says that they take it. */
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

/** Below this many bits a weight, answers get visibly worse, and people who say no more than "quantised" do not mean it. */
const USUAL_BITS = 4;

/**
 * A runtime that reads models as they are published and is at least half as usual at that as any says which formats people run with
 * it. What exists for one format of its own (EXL2, MLC) says what its few users do.
 */
const GENERAL_PREFERENCE = 50;

function namesAsUsual(
  { facts }: RuntimeProfile,
  format: WeightFormatProfile,
  { weightFormat }: Pick<Catalogue, 'weightFormat'>,
): boolean {
  if (facts.demonstration === true || highestPreference(facts, '16-bit') < GENERAL_PREFERENCE) return false;
  const [ofFourBits] = facts.weightsOfBits?.find(({ bits }) => bits === USUAL_BITS)?.formats ?? [];
  const named = [...(facts.usualWeights ?? []), ...(ofFourBits === undefined ? [] : [ofFourBits])];
  return named.some((id) => weightFormat.find(id) === format);
}

/** Of one weight; of a format for caches alone, without end. */
export function bitsOf({ facts }: WeightFormatProfile): number {
  return facts.weights?.bitsPerWeight ?? Number.POSITIVE_INFINITY;
}
