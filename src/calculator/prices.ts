import type { Assumption, ThroughputEstimate } from '../engine/answer.ts';
import { compareText } from '../engine/compareText.ts';
import { MissingFigureError } from '../engine/errors.ts';
import type { Interval } from '../engine/hosted.ts';
import { type OwnedCost, ownedCost } from '../engine/money/ownedCost.ts';
import type { HardwareHourPrice, PurchasePrice } from '../engine/money/price.ts';
import { chooseHourlyPrice, type PriceChoice } from '../engine/money/priceChoice.ts';
import { remembered } from '../engine/remembered.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import { groupedBy } from '../registry/catalogue/derivation.ts';
import type { HardwareProfile, OfferProfile } from '../registry/catalogue/profiles.ts';
import type { OfferFacts } from '../registry/kinds/offer.ts';
import { offersByMachine } from '../registry/names/nameKeys.ts';
import { type Answer, isTimed } from './answer.ts';
import { assumedProfile } from './assumedFigures.ts';
import type { Question } from './question.ts';

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

/** What a cloud asks for its machine that was named, on the same device; null = none was, or nobody prices it now. */
export function machinePrice(
  { offer }: Pick<Catalogue, 'offer'>,
  machine: string | null | undefined,
  hardware: string,
): PriceChoice<HardwareHourPrice> | null {
  if (machine == null) return null;
  const offers = offer.derived(offersByMachine).get(machine) ?? [];
  const choice = usualOf(offers.filter(({ facts }) => facts.basis === 'hardware-hour' && facts.hardware === hardware));
  return choice && { ...choice, rule: `of the machine named, ${choice.rule}`, named: true };
}

/** By the offers of a device, which a change elsewhere leaves as they are. */
const usualOf = remembered((offers: readonly OfferProfile[]) =>
  chooseHourlyPrice(offers.filter(isOffer('hardware-hour')).map(({ engine }) => engine)),
);

/**
 * What owning the devices comes to; null where the question does not say for how long and at what price of electricity.
 *
 * @throws MissingFigureError no purchase price is known and none is given, or the device's power is not known
 */
export function ownedCostOf(
  question: Question,
  hardware: HardwareProfile,
  devices: number,
  throughput: ThroughputEstimate,
  catalogue: Catalogue,
): OwnedCost | null {
  const { owned } = question;
  if (owned == null) return null;
  const { id, engine } = hardware;
  const { usdPerDevice } = owned;
  const choice = purchaseChoice(question, hardware, catalogue);
  const price =
    usdPerDevice == null
      ? choice && purchasePrice(choice.chosen)
      : { usdPerDevice, priceBasis: 'the purchase price given with the question', offer: null };
  const watts = engine.powerWatts;
  if (price === null) throw new MissingFigureError('purchase price (give options.owned.usdPerDevice)', id, 'hardware');
  if (watts === null) throw new MissingFigureError('power in watts', id, 'hardware');
  return ownedCost(owned, price, { devices, watts }, throughput);
}

/** The purchase price that a question about owning rests on, and all there are; null where it gives its own, or none is known. */
export function purchaseChoice({ owned }: Question, { id }: HardwareProfile, catalogue: Catalogue) {
  if (owned == null || owned.usdPerDevice != null) return null;
  const compared = purchaseOffersOfHardware(catalogue, id).map(({ engine }) => engine);
  const chosen = newest(compared);
  return chosen === undefined ? null : { chosen, compared };
}

const each = ({ usd, devices }: PurchasePrice) => usd / devices;

/** Undated ones last; of one day, the lowest. */
function newest(prices: readonly PurchasePrice[]): PurchasePrice | undefined {
  return prices.toSorted((one, other) => compareText(other.date ?? '', one.date ?? '') || each(one) - each(other))[0];
}

function purchasePrice(chosen: PurchasePrice) {
  const kind = chosen.priceKind === 'msrp' ? 'the maker’s price' : 'a street price';
  const priceBasis = `${kind} of ${chosen.date ?? 'an unknown day'}`;
  return { usdPerDevice: each(chosen), priceBasis, offer: chosen.offer };
}

/**
 * What the cost of a request on hardware may be times, at 80 %: an hour has its price, and the interval of the throughput
 * says how many requests it serves. 1 behind an API, where a request has its price.
 */
export function costFactors(answer: Answer): Interval {
  if (answer.deployment.mode === 'api' || !isTimed(answer)) return { low: 1, high: 1 };
  const { low, high } = answer.intervals().outputTokensPerSecond;
  const { outputTokensPerSecond } = answer.throughput;
  return { low: outputTokensPerSecond / high, high: outputTokensPerSecond / low };
}

/** The line of an answer's assumptions about its price, where nobody can look that price up. */
export function assumedOffer(choice: PriceChoice<{ offer: string }> | null, { offer }: Catalogue): Assumption[] {
  return choice === null ? [] : assumedProfile(offer.get(choice.chosen.offer));
}
