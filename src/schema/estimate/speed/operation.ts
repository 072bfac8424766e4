import type { EngineStep, Operation } from '../../../engine/answer.ts';
import { builder } from '../../builder.ts';
import { Bottleneck } from '../../enums.ts';

export interface OperationOfStep {
  operation: Operation;
  step: EngineStep;
}

export const OperationType = builder.objectRef<OperationOfStep>('Operation').implement({
  description: 'One operator of one step, summed over all layers, on one device: a line of the roofline.',
  fields: (t) => ({
    name: t.string({
      description: 'What is calculated, e.g. attention or ffn-up.',
      resolve: ({ operation }) => operation.name,
    }),
    seconds: t.float({
      description: 'Time it takes in one step, in seconds.',
      resolve: ({ operation }) => operation.seconds,
    }),
    sharePercent: t.float({
      description: 'Its part of the step’s time, in percent.',
      resolve: ({ operation, step }) => (step.seconds > 0 ? (100 * operation.seconds) / step.seconds : 0),
    }),
    flops: t.float({
      description: 'Floating-point operations in one step, a count (a multiply-add is two).',
      resolve: ({ operation }) => operation.flops,
    }),
    bytes: t.float({
      description: 'Device-memory or link traffic in one step, in bytes.',
      resolve: ({ operation }) => operation.bytes,
    }),
    bound: t.field({
      type: Bottleneck,
      description: 'What sets its time.',
      resolve: ({ operation }) => operation.bound,
    }),
  }),
});
