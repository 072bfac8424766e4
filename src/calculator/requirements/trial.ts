import type { MemoryEstimate } from '../../engine/answer.ts';
import type { Coefficients } from '../../engine/coefficients.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../engine/errors.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile } from '../../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../../registry/errors.ts';
import type { Answer } from '../answer.ts';
import { calculate } from '../calculate.ts';
import type { Question } from '../question.ts';
import type { ResolvedDeployment } from '../resolve.ts';

/** What is to be held: so many sequences of so many tokens each, prompt and answer together. */
export interface Load {
  contextTokens: number;
  batch: number;
}

/** An answer on hardware. */
export interface FittingAnswer extends Answer {
  deployment: ResolvedDeployment;
  memory: MemoryEstimate;
}

/** Tokens of the answer in a sequence, at most: the rest of it is its prompt. */
const longestAnswerTokens = 1000;

/** A load as a question: the end of each sequence, at most half of it and 1,000 tokens, is generated. */
export function loadQuestion(
  { model, contextTokens, batch }: Load & { model: ModelProfile },
  hardware: string,
  devices: number,
  weights: string,
): Question {
  const outputTokens = Math.max(1, Math.min(longestAnswerTokens, Math.floor(contextTokens / 2)));
  const promptTokens = contextTokens - outputTokens;
  return { model: model.id, hardware, devices, weights, outputTokens, promptTokens, batch, mode: 'local' };
}

/** The answer; null where there is none, because no runtime runs it there or a figure is missing. */
export function tried(question: Question, catalogue: Catalogue, coefficients: Coefficients): FittingAnswer | null {
  try {
    const answer = calculate(catalogue, coefficients, question);
    return isOnHardware(answer) ? answer : null;
  } catch (error) {
    // Anything else is a bug and goes on.
    if (unanswerable.some((known) => error instanceof known)) return null;
    throw error;
  }
}

const unanswerable = [InvalidWorkloadError, MissingFigureError, UnsupportedError];

function isOnHardware(answer: Answer): answer is FittingAnswer {
  return answer.deployment.mode === 'local' && answer.memory !== null;
}
