/**
 * From the engine's SI base units to the field's own units, once, at the API's edge.
 * GiB are 2³⁰ bytes (what devices and monitors count memory in); GB are 10⁹ bytes (what datasheets count bandwidth in).
 */
const bytesPerGib = 2 ** 30;

export const gibOf = (bytes: number): number => bytes / bytesPerGib;
export const gigabytesOf = (bytes: number): number => bytes / 1e9;
export const millisecondsOf = (seconds: number): number => seconds * 1e3;
export const teraflopsOf = (flopsPerSecond: number): number => flopsPerSecond / 1e12;

/** The largest value of GraphQL's `Int`: stands for "no limit below this" where a quantity is unbounded. */
export const largestInt = 2 ** 31 - 1;

/** A whole number that fits GraphQL's `Int`; larger values, infinity included, become the largest `Int`. */
export const intOf = (count: number): number => Math.min(Math.floor(count), largestInt);
