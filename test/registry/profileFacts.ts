const sources = { maker: { title: 'The maker', url: 'https://example.com/card', known: 'vendor' } };

/** Facts of a model that exists behind an API: the smallest profile there is. */
export function hostedModel(name: string, more: object = {}): Record<string, unknown> {
  return { name, aliases: [], developer: 'Example', contextTokens: 8192, source: 'maker', sources, ...more };
}

/** Facts of a device. */
export function device(name: string, more: object = {}): Record<string, unknown> {
  return {
    name,
    aliases: [],
    vendor: 'Example',
    kind: 'gpu',
    family: 'example-family',
    architecture: 'Example',
    formFactor: 'PCIe',
    memory: { memoryGiB: 16, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 320, source: 'maker' },
    confidence: 'high',
    sources,
    ...more,
  };
}

/** A price list by the hour: one row for each device. */
export function hourlyPrices(usdPerHour: Readonly<Record<string, number>>): Record<string, unknown> {
  const defaults = { provider: 'Example Cloud', devices: 1, region: 'anywhere', pricing: 'on-demand', source: 'maker' };
  return {
    title: 'Example Cloud by the hour',
    basis: 'hardware-hour',
    defaults: { ...defaults, effectiveFrom: '2026-01-01' },
    offers: Object.entries(usdPerHour).map(([hardware, usd]) => ({
      hardware,
      instance: `with-${hardware}`,
      usdPerHour: usd,
    })),
    sources,
  };
}
