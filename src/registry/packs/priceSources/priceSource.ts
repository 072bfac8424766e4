import type { z } from 'zod';
import type { modelTokensSchema } from '../../kinds/offer.ts';

/** An offer as it goes into the catalogue: checked by the offer kind like a row of a price list, with origin "seed". */
export interface PricedOffer {
  id: string;
  facts: z.input<typeof modelTokensSchema>;
}

/** A place prices come from. Every file of this folder that exports `priceSource` is read at start-up. */
export interface PriceSource {
  id: string;
  title: string;
  /** Must answer the same every time, without network, clock or environment. */
  offers(): readonly PricedOffer[];
}
