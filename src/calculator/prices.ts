import type { Assumption } from '../engine/answer.ts';
import { chooseHourlyPrice, type PriceChoice } from '../engine/money/priceChoice.ts';
import { remembered } from '../engine/remembered.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import { groupedBy } from '../registry/catalogue/derivation.ts';
import type { OfferProfile } from '../registry/catalogue/profiles.ts';
import type { OfferFacts } from '../registry/kinds/offer.ts';
import { assumedProfile } from './assumedFigures.ts';

export const isOffer =
  <Basis extends OfferFacts['basis']>(basis: Basis) =>
  (offer: OfferProfile): offer is OfferProfile<Basis> =>
    offer.facts.basis === basis;

const byModelOrDevice = groupedBy<OfferProfile>(({ facts }) => [
  facts.basis === 'model-tokens' ? facts.model : facts.hardware,
]);

/** Every price of a model or device, by its id. */
export function offersOf({ offer }: Pick<Catalogue, 'offer'>, id: string): readonly OfferProfile[] {
  return offer.derived(byModelOrDevice).get(id) ?? [];
}

/** Token prices of a hosted model. */
export function tokenOffersOfModel(catalogue: Catalogue, id: string): OfferProfile<'model-tokens'>[] {
  return offersOf(catalogue, id).filter(isOffer('model-tokens'));
}

/** Hourly prices of a device. */
export function hourOffersOfHardware(catalogue: Catalogue, id: string): OfferProfile<'hardware-hour'>[] {
  return offersOf(catalogue, id).filter(isOffer('hardware-hour'));
}

/** Purchase prices of a device. */
export function purchaseOffersOfHardware(catalogue: Catalogue, id: string): OfferProfile<'hardware-purchase'>[] {
  return offersOf(catalogue, id).filter(isOffer('hardware-purchase'));
}

/** The hourly price to answer with when a question names none: chosen once for a device and the state of its offers. */
export function usualHourlyPrice(catalogue: Catalogue, id: string) {
  return usualOf(offersOf(catalogue, id));
}

/** By the offers of a device, which a change elsewhere leaves as they are. */
const usualOf = remembered((offers: readonly OfferProfile[]) =>
  chooseHourlyPrice(offers.filter(isOffer('hardware-hour')).map(({ engine }) => engine)),
);

/** The line of an answer's assumptions about its price, where nobody can look that price up. */
export function assumedOffer(choice: PriceChoice<{ offer: string }> | null, { offer }: Catalogue): Assumption[] {
  return choice === null ? [] : assumedProfile(offer.get(choice.chosen.offer));
}
