import type { FactProblem } from '../../errors.ts';
import type { Profile } from '../kind.ts';
import type { HardwareFacts } from './facts.ts';

/**
 * Variants that share a marketing name and are different devices: "RTX 4090" and "RTX 4090 Laptop", "H100 PCIe" and
 * "H100 SXM". NVL cards are PCIe cards.
 */
const variants: readonly { variant: string; word: RegExp }[] = [
  { variant: 'laptop', word: /\b(laptop|mobile|notebook)\b/i },
  { variant: 'SXM', word: /\bsxm\d?\b/i },
  { variant: 'OAM', word: /\boam\b/i },
  { variant: 'PCIe', word: /\b(pcie|nvl)\b/i },
];

/** The variant that words name, null when they name none. */
function variantOf(words: string): string | null {
  return variants.find(({ word }) => word.test(words.replaceAll(/[-_]/g, ' ')))?.variant ?? null;
}

/** One id is one variant: names of another one would lead people to the wrong figures. */
export function mixedVariants(id: string | null, facts: HardwareFacts): FactProblem[] {
  const own = variantOf(facts.formFactor);
  const named = [
    { path: 'id', words: id ?? '' },
    { path: 'name', words: facts.name },
    ...facts.aliases.map((words, index) => ({ path: `aliases[${index}]`, words })),
  ];
  const problems: FactProblem[] = [];
  let known = own;
  for (const { path, words } of named) {
    const variant = variantOf(words);
    known ??= variant;
    const isDesktop = own !== null && own !== 'laptop' && variant === 'laptop';
    if (variant === null || (variant === known && !isDesktop)) continue;
    const message = `"${words}" is the ${variant} variant, and the rest says ${known}: they are different devices with different figures`;
    problems.push({ path, code: 'CONTRADICTION', message });
  }
  return problems;
}

/** A change must not turn one variant into another: what was estimated under the id would mean something else. */
export function changedVariant(before: HardwareFacts, after: HardwareFacts): FactProblem[] {
  const [was, is] = [variantOf(before.formFactor), variantOf(after.formFactor)];
  if (was === is || was === null || is === null) return [];
  const message = `the ${was} variant cannot become the ${is} one: add that as a device of its own`;
  return [{ path: 'formFactor', code: 'CONTRADICTION', message }];
}

/** Clocks differ by less within a family; the sparse rate is twice the dense one. */
const mostOverFamily = 1.5;

/** A rate for each processor far above every known device of the family is the sparse one, or a slip of the point. */
export function fasterThanFamily(
  id: string,
  facts: HardwareFacts,
  others: Iterable<Pick<Profile<HardwareFacts>, 'id' | 'origin' | 'facts'>>,
): FactProblem[] {
  const own = ratePerProcessor(facts);
  if (own === null) return [];
  let best = 0;
  let bestName = '';
  for (const other of others) {
    // What users have entered is no yardstick for what users enter.
    if (other.origin === 'user' || other.id === id || other.facts.family !== facts.family) continue;
    const rate = ratePerProcessor(other.facts)?.rate ?? 0;
    if (rate <= best) continue;
    best = rate;
    bestName = other.facts.name;
  }
  if (best === 0 || own.rate <= mostOverFamily * best) return [];
  const count = facts.processors?.count ?? 1;
  const maximum = Number((mostOverFamily * best * count).toPrecision(4));
  const message =
    `${own.rate.toPrecision(3)} TFLOPS for each ${facts.processors?.unit}; the most in the family ${facts.family} is ` +
    `${best.toPrecision(3)} (${bestName}): the sparse rate? Peaks are dense`;
  const suggestion = String(Number(((own.rate * count) / 2).toPrecision(6)));
  const range = { minimum: 0.01, maximum };
  return [{ path: `compute.${own.field}`, code: 'OUT_OF_RANGE', message, range, suggestion }];
}

/** At 16 bits, with the narrow accumulation where the wide one runs at half its rate. */
function ratePerProcessor({ compute, processors }: HardwareFacts) {
  if (compute === undefined || processors === undefined) return null;
  const fields = ['fp16AccumulateFp16Teraflops', 'denseBf16Teraflops', 'denseFp16Teraflops'] as const;
  const field = fields.find((name) => compute[name] !== undefined);
  const rate = field && compute[field];
  return rate === undefined ? null : { field, rate: rate / processors.count };
}
