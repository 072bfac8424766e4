import type { Price } from '../../engine/money/price.ts';
import type { Kind, Profile } from '../kinds/kind.ts';
import type { kinds } from '../kinds/kinds.ts';
import type { OfferFacts } from '../kinds/offer.ts';

type ProfileOf<Name extends keyof typeof kinds> =
  (typeof kinds)[Name] extends Kind<infer Facts, infer Engine> ? Profile<Facts, Engine> : never;

export type ModelProfile = ProfileOf<'model'>;
export type HardwareProfile = ProfileOf<'hardware'>;
export type WeightFormatProfile = ProfileOf<'weightFormat'>;
export type RuntimeProfile = ProfileOf<'runtime'>;
export type HostedLatencyProfile = ProfileOf<'hostedLatency'>;
export type ScenarioProfile = ProfileOf<'scenario'>;
export type MeasurementProfile = ProfileOf<'measurement'>;

/** An offer of one basis: by the hour, to buy, or by the token. */
export type OfferProfile<Basis extends OfferFacts['basis'] = OfferFacts['basis']> = Profile<
  Extract<OfferFacts, { basis: Basis }>,
  Extract<Price, { basis: Basis }>
>;
