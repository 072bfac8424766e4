import type { Assumption } from '../../engine/answer.ts';
import type { HardwareHourPrice, TokenPrice } from '../../engine/money/price.ts';
import type { PriceChoice } from '../../engine/money/priceChoice.ts';
import { readableCount } from '../../engine/readable.ts';
import type { Workload } from '../../engine/shapes.ts';
import type { ModelProfile } from '../../registry/catalogue/profiles.ts';
import type { DefaultedField, Question } from '../question.ts';
import type { ResolvedDeployment } from '../resolve.ts';

/** What a question left out and the documented example stands in for; nothing where it named everything. */
export function defaultsOfQuestion(
  question: Question,
  model: ModelProfile,
  workload: Workload,
  hardwareName: string | null = null,
): Assumption[] {
  const { outputTokens, promptTokens, contextTokens, batch } = workload;
  const nothingCached = contextTokens === 0 ? 'nothing is in the cache before it' : '';
  const lines: Record<DefaultedField, Assumption> = {
    model: { code: 'DEFAULT_MODEL', text: `No model was named: it is ${model.name}, the documented example.` },
    hardware: {
      code: 'DEFAULT_HARDWARE',
      text: `No hardware was named: it is ${hardwareName}, the documented example.`,
    },
    outputTokens: {
      code: 'DEFAULT_TOKENS',
      text: `${readableCount(outputTokens)} tokens are generated per sequence: no other number was given.`,
    },
    batch: {
      code: 'DEFAULT_BATCH',
      text: `Batch ${readableCount(batch)}: one request at a time, as no other was given.`,
    },
    promptTokens: {
      code: 'NO_PROMPT',
      text: `No prompt: promptTokens was left out${nothingCached && `, and ${nothingCached}`}. Reading one takes time before the first token.`,
    },
  };
  const left = question.defaulted ?? [];
  const taken = left.map((field) => lines[field]);
  if (promptTokens > 0 && nothingCached) {
    taken.push({ code: 'NO_CONTEXT', text: 'Nothing is in the cache before the prompt: all of it is read.' });
  }
  return taken;
}

/** Choices about the deployment that `resolveDeployment` does not make. */
export function defaultsOfDeployment(question: Question, { engine, runtime }: ResolvedDeployment): Assumption[] {
  const taken: Assumption[] = [];
  if (question.devices == null && question.parallelism == null) {
    taken.push({ code: 'DEFAULT_DEVICES', text: 'One device: no other number was given.' });
  }
  if (question.runtimeYear == null && question.runtimeVersion == null) {
    const text = `A build of ${runtime.name} of ${engine.runtimeYear}, the latest year with figures of its own.`;
    taken.push({ code: 'DEFAULT_RUNTIME_YEAR', text });
  }
  return taken;
}

/** How the price was chosen, where the question left that open. */
export function defaultOffer(
  { offer, usdPerHour }: Question,
  choice: PriceChoice<HardwareHourPrice | TokenPrice> | null,
): Assumption[] {
  if (choice === null || offer != null || usdPerHour != null) return [];
  const { provider } = choice.chosen;
  return [{ code: 'DEFAULT_OFFER', text: `The price is that of ${provider}: ${choice.rule}.` }];
}
