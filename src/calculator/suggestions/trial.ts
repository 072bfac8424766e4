import type { Estimate } from '../../engine/answer.ts';
import type { Coefficients } from '../../engine/coefficients.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../engine/errors.ts';
import { estimate } from '../../engine/estimate.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { ModelProfile } from '../../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../../registry/errors.ts';
import type { Answer } from '../answer.ts';
import { InvalidQuestionError } from '../errors.ts';
import { hasHeadroom } from '../judgement/headroom.ts';
import type { Question } from '../question.ts';
import { type ResolvedDeployment, resolveDeployment } from '../resolve.ts';

/** One field of a question and its new value; null = left out. */
export type Change = {
  [Field in ChangedField]: { field: Field; value: Question[Field] };
}[ChangedField];
type ChangedField = Exclude<keyof Question, 'model' | 'mode' | 'defaulted'>;

/** A deployment that was tried instead, and what it needs. */
export interface Trial {
  changes: readonly Change[];
  question: Question;
  deployment: ResolvedDeployment;
  estimate: Estimate;
}

/** What is asked, what came of it, and how something else is tried. */
export interface Search {
  question: Question;
  model: ModelProfile;
  deployment: ResolvedDeployment;
  estimate: Estimate;
  catalogue: Catalogue;
  coefficients: Coefficients;
  answer(question: Question): Answer;
  /** Estimates that may still be made for the present sort of suggestion. */
  left: number;
}

/** The question with changes, estimated; null where that has no answer, leaves no headroom, or too much was tried. */
export function tried(search: Search, changes: readonly Change[]): Trial | null {
  if (search.left === 0) return null;
  search.left -= 1;
  const all = withStaleChoices(search.question, changes);
  const trial = attempt(search, all);
  return trial !== null && hasHeadroom(trial.estimate.memory) ? trial : null;
}

/** Choices that were made for the old devices or format are left out with them: a layout, a build, a price. */
function withStaleChoices(question: Question, changes: readonly Change[]): Change[] {
  const changed = new Set<ChangedField>(changes.map(({ field }) => field));
  const stale: ChangedField[] = ['parallelism'];
  if (changed.has('hardware'))
    stale.push('memoryGiB', 'usableGiB', 'offer', 'runtimeYear', 'runtimeVersion', 'backend', 'threads');
  if (changed.has('hardware') || changed.has('devices')) stale.push('usdPerHour');
  const dropped = stale.filter((field) => question[field] != null && !changed.has(field));
  return [...changes, ...dropped.map((field) => ({ field, value: null }) as Change)];
}

function attempt(search: Search, changes: readonly Change[]): Trial | null {
  const { model, catalogue, coefficients } = search;
  const { defaulted = [], ...asked } = search.question;
  const question: Question = {
    ...asked,
    ...Object.fromEntries(changes.map(({ field, value }) => [field, value])),
    defaulted: defaulted.filter((field) => changes.every((change) => change.field !== field)),
  };
  try {
    const { deployment, workload } = resolveDeployment(question, model, catalogue);
    return { changes, question, deployment, estimate: estimate(deployment.engine, workload, coefficients) };
  } catch (error) {
    // A change that cannot be answered is no suggestion; anything else is a bug and goes on.
    if (unanswerable.some((known) => error instanceof known)) return null;
    throw error;
  }
}

const unanswerable = [InvalidWorkloadError, InvalidQuestionError, MissingFigureError, UnsupportedError];
