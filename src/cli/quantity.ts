import { readableCount } from '../engine/readable.ts';

/** Numbers for people: three significant digits where that is enough, thousands separated, the unit attached. */

const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** 1,234 · 12.3 · 0.00123 */
export function number(value: number): string {
  return Math.abs(value) >= 1000 ? readableCount(value) : threeDigits.format(value);
}

/** 0.85 ms · 43.5 ms · 43.5 s · 12 min 5 s · 3 h 20 min · 2.3 days */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${number(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 119.5) return `${threeDigits.format(seconds)} s`;
  const wholeSeconds = Math.round(seconds);
  if (wholeSeconds < 3600) return `${Math.floor(wholeSeconds / 60)} min ${wholeSeconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${number(minutes / (24 * 60))} days`;
}

/** 12.55 GiB: two decimals, so that parts add up to what is printed beside them. */
export function gibibytes(value: number): string {
  return `${gibibyteFigure(value)} GiB`;
}

/** The same without the unit. */
export function gibibyteFigure(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** $0.000123 · $0.0123 · $1.23 · $1,234 */
export function dollars(value: number): string {
  if (value === 0) return '$0';
  if (value >= 1000) return `$${readableCount(value)}`;
  if (value >= 1) return `$${value.toFixed(2)}`;
  return `$${threeDigits.format(value)}`;
}

/** memory bandwidth, from MEMORY_BANDWIDTH */
export function words(enumValue: string): string {
  return enumValue.toLowerCase().replaceAll('_', ' ');
}
