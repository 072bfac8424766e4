/** Order of two texts by their code units, whatever the locale: for sorting. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
