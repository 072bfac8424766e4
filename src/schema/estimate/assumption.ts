import type { Assumption } from '../../engine/answer.ts';
import { builder } from '../builder.ts';

export const AssumptionType = builder.objectRef<Assumption>('Assumption').implement({
  description:
    'Something taken for granted in the answer: a default, an inherited coefficient, a figure without a source.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable name in UPPER_SNAKE_CASE, for programs.' }),
    text: t.exposeString('text', { description: 'One sentence, for people.' }),
  }),
});
