import { calculate } from '../../../calculator/calculate.ts';
import { measuredQuestion } from '../../../calculator/evidence/measuredQuestion.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { EstimateType } from '../../estimate/estimate.ts';
import { worth } from '../../work.ts';
import { HardwareType } from '../hardware/type.ts';
import { ModelType } from '../model/type.ts';
import { RuntimeType } from '../runtime/type.ts';
import { WeightFormatType } from '../weightFormat/type.ts';
import { MeasurementType } from './type.ts';

/** What it is a measurement of, as profiles. */
builder.objectFields(MeasurementType, (t) => ({
  model: t.field({
    type: ModelType,
    description: 'The model.',
    resolve: ({ facts }, _args, { catalogue }) => catalogue.model.get(facts.model),
  }),
  hardware: t.field({
    type: HardwareType,
    nullable: true,
    description: 'The device; null for the size of a file.',
    resolve: ({ facts }, _args, { catalogue }) =>
      facts.hardware === null ? null : catalogue.hardware.find(facts.hardware),
  }),
  runtime: t.field({
    type: RuntimeType,
    description: 'The runtime.',
    resolve: ({ facts }, _args, { catalogue }) => catalogue.runtime.get(facts.runtime),
  }),
  weights: t.field({
    type: WeightFormatType,
    description: 'The format of the weights.',
    resolve: ({ facts }, _args, { catalogue }) => catalogue.weightFormat.get(facts.weights),
  }),
  estimate: t.field({
    type: EstimateType,
    nullable: true,
    ...worth(1),
    description:
      'What the calculator says of the same configuration: model, devices, runtime of that year, formats and requests. ' +
      'Settings that only the measurement has (backend, threads) are left at their defaults, and nearby measurements, this one ' +
      'among them, set its range. null for the size of a file, and where there is no answer.',
    resolve: resolving(({ facts }, _args, { catalogue, coefficients }) => {
      const question = measuredQuestion(facts);
      return question === null ? null : calculate(catalogue, coefficients, question);
    }),
  }),
}));
