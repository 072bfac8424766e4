/**
 * The largest whole number up to `limit` for which `holds`; it holds below and fails above. 0 = not even 1.
 * Steps of four find the range and halving finds the number, so small answers cost few trials.
 */
export function largestThatHolds(limit: number, holds: (count: number) => boolean): number {
  if (limit < 1 || !holds(1)) return 0;
  let held = 1;
  let failed = limit + 1;
  for (let count = 4; count <= limit; count *= 4) {
    if (holds(count)) {
      held = count;
    } else {
      failed = count;
      break;
    }
  }
  while (failed - held > 1) {
    const middle = Math.floor((held + failed) / 2);
    if (holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}

/** Where a model publishes no context limit, memory alone limits; beyond this no published model goes. */
export const LONGEST_SEQUENCE_TOKENS = 16_777_216;

/** Sequences of one replica beyond which none is looked for: a small state on a large device would hold more. */
export const LARGEST_BATCH = 1_048_576;
