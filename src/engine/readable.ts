/** Numbers as sentences show them: two or three significant digits, thousands separated. */

const separated = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1,000 */
export function readableCount(count: number): string {
  // Every answer says some small counts, and formatting by locale takes longer than a step of the engine.
  return count >= 0 && count < 999.5 ? String(Math.round(count)) : separated.format(count);
}

/** 13.6, 0.21, 1,240: one decimal from 1 to 100, none above, two digits below 1. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return readableCount(value);
  if (size >= 1) return value.toFixed(1);
  return size === 0 ? '0' : Number(value.toPrecision(2)).toString();
}

/** Bytes in GiB (2³⁰ bytes): 13.6, 0.21 */
export function readableGib(bytes: number): string {
  return significant(bytes / 2 ** 30);
}

/** 850 ms, 0.21 s would be 210 ms, 47 s, 3.2 min, 5.1 h, 12 days. */
export function readableSeconds(seconds: number): string {
  if (seconds < 1) return `${significant(seconds * 1e3)} ms`;
  if (seconds < 120) return `${significant(seconds)} s`;
  if (seconds < 7200) return `${significant(seconds / 60)} min`;
  if (seconds < 172_800) return `${significant(seconds / 3600)} h`;
  return `${significant(seconds / 86_400)} days`;
}

/** $0.03, $1.25, $12,300, $0.0000012 */
export function readableUsd(usd: number): string {
  if (usd >= 100) return `$${readableCount(usd)}`;
  return usd >= 1 ? `$${usd.toFixed(2)}` : `$${trimmed(usd)}`;
}

/** Two significant digits without an exponent. */
function trimmed(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.min(20, 1 - Math.floor(Math.log10(value)));
  return value.toFixed(decimals);
}
