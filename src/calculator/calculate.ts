import type { Coefficients } from '../engine/coefficients.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { ModelProfile } from '../registry/catalogue/profiles.ts';
import type { Answer } from './answer.ts';
import { answerHosted } from './hosted.ts';
import { answerOnHardware } from './onHardware.ts';
import { checkRanges, type Question } from './question.ts';

/**
 * Answers one question from one state of the catalogue: how fast, how big and how expensive. Pure but for what it
 * remembers of the catalogue; a deployment that does not fit is an answer (`memory.fits`).
 *
 * @throws InvalidQuestionError InvalidWorkloadError a field of the question says what it may not
 * @throws UnknownProfileError a name that no profile has
 * @throws UnsupportedError no runtime of the catalogue runs these weights there
 * @throws MissingFigureError a figure that the answer cannot do without is published nowhere the catalogue knows
 */
export function calculate(catalogue: Catalogue, coefficients: Coefficients, question: Question): Answer {
  checkRanges(question);
  const model = catalogue.model.get(question.model, 'model');
  const mode = question.mode ?? modeOf(question, model);
  return mode === 'api'
    ? answerHosted(question, model, catalogue)
    : answerOnHardware(question, model, catalogue, coefficients);
}

/** Hardware that somebody named is meant: a model that cannot be estimated on it is refused, not answered elsewhere. */
function modeOf({ hardware, defaulted = [] }: Question, { engine }: ModelProfile): 'api' | 'local' {
  const isNamed = hardware != null && !defaulted.includes('hardware');
  return engine.architecture === null && !isNamed ? 'api' : 'local';
}
