/** How far a row of a table may lie from its parent row before data must insist, and where it must stay. */
export interface TablePrior {
  /** One standard deviation of log(row ÷ parent). */
  spread: number;
  /** Physical bound, e.g. 1 for a fraction of a datasheet rate. */
  maximum?: number;
}

/** Tables that are settings rather than measurements, or that measurements do not identify: kept as they are. */
const kept = [
  /^error\./,
  /overlapExponent$/i,
  /TileSequences$/,
  /HalfSizeTokens$/,
  /networkBytesPerSecond$/,
  /^serving\.elementwiseStreamFraction$/,
];

const spreads: readonly (readonly [RegExp, TablePrior])[] = [
  [/^serving\.layerSeconds$/, { spread: 0.6 }],
  [/^serving\.expertLayerSeconds$/, { spread: 0.6 }],
  [/^serving\.stepSeconds$/, { spread: 0.8 }],
  [/^serving\.sequenceSeconds$/, { spread: 0.5 }],
  [/^serving\.requestSeconds$/, { spread: 1 }],
  [/^serving\.queueFraction$/, { spread: 0.7, maximum: 1 }],
  [/^serving\.prefillConstantSeconds$/, { spread: 1 }],
  [/^serving\.latencyFactor$/, { spread: 0.5 }],
  [/^serving\.(stream|compute)Fraction$/, { spread: 0.15, maximum: 0.98 }],
  [/^serving\.expertStreamFactor$/, { spread: 0.3 }],
  // A kernel is made for a format or it is not: AWQ before Marlin reached half, int8 in DeepSpeed a fifth.
  [/^serving\.kernel(Stream|Compute)Factor$/, { spread: 0.5 }],
  [/^serving\.formatLayerSeconds$/, { spread: 1 }],
  [/^serving\.expertComputeFactor$/, { spread: 0.3, maximum: 1 }],
  [/^serving\..*Fraction$/, { spread: 0.25, maximum: 1 }],
  [/^local\.streamFraction$/, { spread: 0.08, maximum: 0.99 }],
  [/^local\.(layerSeconds|expertLayerSeconds)$/, { spread: 0.5 }],
  [/^local\.operationsPerWeight$/, { spread: 0.4 }],
  [/^local\..*Fraction$/, { spread: 0.25, maximum: 1 }],
];

/** The prior of a table; null = its rows are not fitted. */
export function priorOf(table: string): TablePrior | null {
  if (kept.some((pattern) => pattern.test(table))) return null;
  return spreads.find(([pattern]) => pattern.test(table))?.[1] ?? { spread: 0.3 };
}
