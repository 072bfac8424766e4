import type { Coefficients } from '../engine/coefficients.ts';
import { type Catalogue, withUnlisted } from '../registry/catalogue/catalogue.ts';
import { StoredProfile } from '../registry/catalogue/storedProfile.ts';
import { createdRow } from '../registry/changes/plan.ts';
import { kindNamed } from '../registry/kinds/kinds.ts';
import type { Answer } from './answer.ts';
import { calculate } from './calculate.ts';
import type { Question } from './question.ts';

/** A model or a device that a question brings along, as a creation of it states it. */
export interface OwnProfile {
  kind: 'model' | 'hardware';
  id: string;
  facts: unknown;
}

/** The profile as a creation would make it: checked in the same way, and stored nowhere. @throws InvalidFactsError IdTakenError */
export function unstoredProfile(catalogue: Catalogue, own: OwnProfile): StoredProfile<object, unknown> {
  return new StoredProfile(kindNamed(own.kind), createdRow({ catalogue, at: new Date().toISOString() }, own));
}

/**
 * Answers a question that names profiles of the asker's own by their ids. Nobody else finds them, and the answer says whose
 * figures they are.
 *
 * @throws what `calculate` throws
 */
export function calculateWith(
  own: readonly StoredProfile<object, unknown>[],
  catalogue: Catalogue,
  coefficients: Coefficients,
  question: Question,
): Answer {
  if (own.length === 0) return calculate(catalogue, coefficients, question);
  const answer = calculate(withUnlisted(catalogue, own), coefficients, question);
  const said = own.map(({ name }) => ({
    code: 'OWN_PROFILE',
    text: `${name} is as you state it with the question: its figures are yours, and nothing of it is stored.`,
  }));
  return { ...answer, assumptions: () => [...said, ...answer.assumptions()] };
}
