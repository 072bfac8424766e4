import { readableCount } from '../engine/readable.ts';
import type { Workload } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { ModelProfile } from '../registry/catalogue/profiles.ts';
import type { Profile } from '../registry/kinds/kind.ts';
import { preferenceFor, RARE_PREFERENCE } from '../registry/kinds/runtime.ts';
import { runtimesFor } from './chooseRuntime.ts';
import type { ResolvedDeployment } from './resolve.ts';

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
