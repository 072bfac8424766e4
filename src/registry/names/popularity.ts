import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Derivation, type Groups, groupedBy } from '../catalogue/derivation.ts';
import type { MeasurementProfile, OfferProfile, RuntimeProfile } from '../catalogue/profiles.ts';
import type { Profile } from '../kinds/kind.ts';

const offers: Derivation<OfferProfile, Groups<OfferProfile>> = groupedBy(({ facts }) => [
  facts.basis === 'model-tokens' ? facts.model : facts.hardware,
]);
const measurements: Derivation<MeasurementProfile, Groups<MeasurementProfile>> = groupedBy(({ facts }) => [
  facts.model,
  facts.hardware,
  facts.runtime,
  facts.weights,
]);

const usualWith: Derivation<RuntimeProfile, Groups<RuntimeProfile>> = groupedBy(({ facts }) => [
  ...new Set([...(facts.usualWeights ?? []), ...(facts.weightsOfBits ?? []).flatMap(({ formats }) => formats)]),
]);

/** How many runtimes say that people run a format of weights with them, or mean it by its bits, a count. */
export function usualnessIn({
  runtime,
}: Pick<Catalogue, 'runtime'>): (format: Pick<Profile, 'id' | 'aliases'>) => number {
  const named = runtime.derived(usualWith);
  return ({ id, aliases }) => {
    const runtimes = new Set([id, ...aliases].flatMap((name) => named.get(name) ?? []));
    return runtimes.size;
  };
}

/**
 * How much the catalogue has to say about a profile: offers and measurements that name it, a count. What many sell and
 * measure is what people mostly mean.
 */
export function popularityIn({
  offer,
  measurement,
}: Pick<Catalogue, 'offer' | 'measurement'>): (profile: Pick<Profile, 'id'>) => number {
  const sold = offer.derived(offers);
  const measured = measurement.derived(measurements);
  return ({ id }) => (sold.get(id)?.length ?? 0) + (measured.get(id)?.length ?? 0);
}
