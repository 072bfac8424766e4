import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';

/** What people download when they do not take a model as it is published. */
const usualIds = ['fp8-e4m3-per-tensor', 'gguf-q8_0', 'mlx-8bit-g64', 'gguf-q4_k_m', 'mlx-4bit-g64', 'awq-int4-g128'];

/**
 * The format a model is published in, then the usual ones that are narrower. Empty for a model without
 * a published format.
 */
export function usualFormats({ weightFormat }: Catalogue, { facts }: ModelProfile): WeightFormatProfile[] {
  const native = facts.nativeFormat === undefined ? null : weightFormat.find(facts.nativeFormat);
  if (native === null) return [];
  const narrower = usualIds
    .flatMap((id) => weightFormat.find(id) ?? [])
    .filter((format) => format.retired === null && bitsOf(format) < bitsOf(native))
    // Another layout of the scales of the same format is no choice.
    .filter(({ engine }) => engine.efficiencyClass !== native.engine.efficiencyClass);
  return [native, ...narrower];
}

/** It is among what people download, whichever model. */
export function isUsualFormat({ id }: WeightFormatProfile): boolean {
  return usualIds.includes(id);
}

/** Of one weight; of a format for caches alone, without end. */
export function bitsOf({ facts }: WeightFormatProfile): number {
  return facts.weights?.bitsPerWeight ?? Number.POSITIVE_INFINITY;
}
