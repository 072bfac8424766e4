import { readableCount } from '../readable.ts';

/** Energy of a deployment at its estimated pace, from the power its devices may draw. */
export interface EnergyEstimate {
  /** All devices together. */
  watts: number;
  joulesPerOutputToken: number;
  wattHoursPerRequest: number;
  /** In words, of the rated board or package power: what cooling is built for, so the figures are upper bounds. */
  basis: string;
}

/**
 * Energy per token and request: rated watts × devices ÷ pace. An upper bound for the devices: decode rarely draws
 * the rated power. Host, network and cooling come on top and are not in it. null when the power is not known.
 */
export function energyEstimate(
  wattsPerDevice: number | null,
  devices: number,
  pace: { requestsPerSecond: number; outputTokensPerSecond: number },
): EnergyEstimate | null {
  if (wattsPerDevice === null) return null;
  const watts = wattsPerDevice * devices;
  return {
    watts,
    joulesPerOutputToken: watts / pace.outputTokensPerSecond,
    wattHoursPerRequest: watts / pace.requestsPerSecond / 3600,
    basis: `rated power of ${readableCount(wattsPerDevice)} W a device: an upper bound; hosts and cooling not included`,
  };
}
