import type { Estimate } from '../../engine/answer.ts';
import { thinPromptRate } from '../../engine/evidence/uncertainty.ts';
import type { PurchasePrice } from '../../engine/money/price.ts';
import type { PriceChoice } from '../../engine/money/priceChoice.ts';
import { readableCount } from '../../engine/readable.ts';
import type { Deployment, Workload } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile } from '../../registry/catalogue/profiles.ts';
import type { Profile } from '../../registry/kinds/kind.ts';
import { preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';
import { runtimesFor } from '../chooseRuntime.ts';
import type { ResolvedDeployment } from '../resolve.ts';

/** A sequence longer than the model was made for gets an answer, and a word about it. */
export function contextWarnings({ name, facts }: ModelProfile, workload: Workload): string[] {
  const { contextTokens: longest, maximumOutputTokens } = facts;
  const { contextTokens, promptTokens, outputTokens } = workload;
  const length = contextTokens + promptTokens + outputTokens;
  const warnings: string[] = [];
  if (longest !== undefined && length > longest) {
    warnings.push(
      `${readableCount(length)} tokens in a sequence is more than ${name} was made for (${readableCount(longest)}): ` +
        'the figures hold for the arithmetic, not for the quality of the text.',
    );
  }
  if (maximumOutputTokens !== undefined && outputTokens > maximumOutputTokens) {
    warnings.push(`${name} writes at most ${readableCount(maximumOutputTokens)} tokens in one answer.`);
  }
  return warnings;
}

/** Says where an answer rests on little or on nothing measured. */
export function evidenceWarnings(
  { hardware, parallelism }: Deployment,
  workload: Workload,
  estimate: Estimate,
): string[] {
  const warnings: string[] = [];
  const thin = thinPromptRate(estimate);
  if (thin !== null && workload.promptTokens > 0) {
    const count = thin.points === 1 ? 'one measurement' : `${readableCount(thin.points)} measurements`;
    warnings.push(
      `How fast ${hardware.name} reads prompts rests on ${count} of its family: the range of the time to first token is ` +
        'wider for it, and comparisons with other families are uncertain.',
    );
  }
  const uses = (name: string) => estimate.coefficients.find((use) => use.name === name);
  if (uses('serving.networkBytesPerSecond')?.known === 'assumed') {
    warnings.push(
      `Devices exchange data over the network between machines, at an assumed 10 GB/s: no measurement of ${hardware.name} ` +
        'across machines is known.',
    );
  }
  if (parallelism.tensor > 1 && uses('local.allReduceBytesPerSecond')?.known === 'assumed') {
    warnings.push(
      `Devices share every layer over a link that nobody published measurements of with ${hardware.name} (Thunderbolt or ` +
        'PCIe): the cost of each exchange is assumed, and the true speed may be well below one device’s.',
    );
  }
  return warnings;
}

/**
 * A price that rests on one offer, or that nobody dated, may be far from what is asked today. One that somebody recorded here is
 * theirs, and they know it.
 */
export function priceWarnings(choice: PriceChoice<QuotedPrice> | null, { offer }: Pick<Catalogue, 'offer'>): string[] {
  if (choice === null) return [];
  const { chosen, compared, named } = choice;
  if (offer.get(chosen.offer).origin === 'user') return [];
  const { provider, effectiveFrom, firstParty = false } = chosen;
  const warnings: string[] = [];
  if (compared.length === 1 && !named && !firstParty) {
    warnings.push(`The price rests on one offer, that of ${provider}: others may differ by several times.`);
  }
  if (effectiveFrom === null) warnings.push(`The price of ${provider} is undated: it may have changed.`);
  return warnings;
}

/** The same of what a device costs to buy. A maker's price is one by its nature. */
export function purchaseWarnings(choice: Pick<PriceChoice<PurchasePrice>, 'chosen' | 'compared'> | null): string[] {
  if (choice === null) return [];
  const { chosen, compared } = choice;
  const warnings: string[] = [];
  if (compared.length === 1 && chosen.priceKind === 'street') {
    warnings.push('The purchase price rests on one offer: others may differ. options.owned.usdPerDevice takes yours.');
  }
  if (chosen.date === null) warnings.push('The purchase price is undated: it may have changed.');
  return warnings;
}

interface QuotedPrice {
  offer: string;
  provider: string;
  effectiveFrom: string | null;
  firstParty?: boolean;
}

/** Says which of the profiles asked about somebody has taken off the lists: they still answer, for old questions. */
export function retiredWarnings(profiles: readonly Profile[]): string[] {
  return profiles.flatMap(({ name, retired }) => {
    if (retired === null) return [];
    const instead = retired.replacedBy === null ? '' : `; use ${retired.replacedBy} instead`;
    return [`${name} was retired on ${retired.at.slice(0, 10)}${instead}.`];
  });
}

/** Says what runs and hardly anybody does, and what people do there instead. */
export function unusualWarnings({ hardware, runtime, weights }: ResolvedDeployment, catalogue: Catalogue): string[] {
  const { demonstration } = runtime.facts;
  const preference = preferenceFor(runtime.facts, hardware.engine, weights.engine.efficiencyClass) ?? 0;
  if (!demonstration && preference > RARE_PREFERENCE) return [];
  const usual = runtimesFor(catalogue.runtime, hardware.engine, weights.engine).find(({ id }) => id !== runtime.id);
  const instead = usual === undefined ? '' : `; ${usual.name} is what people use there`;
  return [
    demonstration
      ? `${runtime.name} is a demonstration, not a runtime for daily use${instead}.`
      : `Hardly anybody runs ${weights.name} weights with ${runtime.name} on ${hardware.name}${instead}.`,
  ];
}
