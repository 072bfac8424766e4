import { parse } from 'csv-parse/sync';
import type { OfferFacts } from '../../src/registry/kinds/offer.ts';

type HourlyOffer = Extract<OfferFacts, { basis: 'hardware-hour' }>;

/** A row of a public price file: a machine and what an hour of it costs. */
interface HourlyRow {
  instance: string;
  region: string;
  pricing: HourlyOffer['pricing'];
  usdPerHour: number;
}

/**
 * What a public price file says differently about the machines that a provider's list has: CSV with the columns of
 * SkyPilot's catalogues (InstanceType, Region, Price, SpotPrice), or instance, region, pricing and usdPerHour.
 */
export function hourlyChanges(offers: readonly HourlyOffer[], provider: string, csv: string): string[] {
  const rows = readRows(csv);
  const current = offers.filter((offer) => offer.provider === provider && offer.effectiveTo === undefined);
  const moved = current.flatMap((offer) => {
    const same = rows.filter(
      (row) => row.instance === offer.instance && row.region === offer.region && row.pricing === offer.pricing,
    );
    const name = `${provider} ${offer.instance}, ${offer.region}, ${offer.pricing}`;
    if (same.length === 0) return [`- ${name}: not in the file`];
    const cheapest = Math.min(...same.map(({ usdPerHour }) => usdPerHour));
    return cheapest === offer.usdPerHour ? [] : [`~ ${name}: ${offer.usdPerHour} -> ${cheapest} USD per hour`];
  });
  const known = new Set(current.map(({ instance }) => instance));
  const unknown = new Set(rows.filter(({ instance }) => !known.has(instance)).map(({ instance }) => instance));
  return [...moved, ...[...unknown].sort().map((instance) => `+ ${provider} ${instance}: not in the list`)];
}

function readRows(csv: string): HourlyRow[] {
  const records: Record<string, string>[] = parse(csv, { columns: true, skip_empty_lines: true, trim: true });
  return records.flatMap((record) => {
    const instance = record.InstanceType ?? record.instance ?? '';
    const region = record.Region ?? record.region ?? '';
    const prices: Record<HourlyOffer['pricing'], string> =
      record.InstanceType === undefined
        ? { 'on-demand': '', spot: '', [record.pricing ?? '']: record.usdPerHour ?? '' }
        : { 'on-demand': record.Price ?? '', spot: record.SpotPrice ?? '' };
    return (['on-demand', 'spot'] as const).flatMap((pricing) => {
      const usdPerHour = Number(prices[pricing]);
      return instance === '' || !(usdPerHour > 0) ? [] : [{ instance, region, pricing, usdPerHour }];
    });
  });
}
