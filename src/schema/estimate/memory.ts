import type { MemoryEstimate, MemoryParts } from '../../engine/answer.ts';
import type { Interval } from '../../engine/hosted.ts';
import { builder } from '../builder.ts';
import { RangeType, scaledRange } from '../range.ts';
import { gibOf, intOf } from '../units.ts';

interface MemoryPart {
  name: string;
  bytes: number;
  text: string;
}

const MemoryPartType = builder.objectRef<MemoryPart>('MemoryPart').implement({
  description: 'One part of what the fullest device holds.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'weights, kv-cache, state, activations or overhead.' }),
    gib: t.float({ description: 'Its size on the fullest device, in GiB.', resolve: ({ bytes }) => gibOf(bytes) }),
    text: t.exposeString('text', { description: 'What it is, for people.' }),
  }),
});

/** What stays whatever is asked comes first; what grows with the question after it. */
function partsOf(parts: MemoryParts): MemoryPart[] {
  return [
    { name: 'weights', bytes: parts.weightBytes, text: 'The model’s weights' },
    { name: 'overhead', bytes: parts.overheadBytes, text: 'Driver, runtime and communication buffers' },
    { name: 'activations', bytes: parts.activationBytes, text: 'Working space of the largest step' },
    { name: 'state', bytes: parts.stateBytes, text: 'Recurrent state of the sequences' },
    { name: 'kv-cache', bytes: parts.kvCacheBytes, text: 'Keys and values of the sequences' },
  ].filter(({ bytes }) => bytes > 0);
}

/** The memory of an answer, and how far off its sum may be. */
export interface AnsweredMemory {
  figures: MemoryEstimate;
  /** Of one copy of the weights, as they are stored. */
  fileBytes: number;
  totalInterval(): Interval;
}

export const MemoryEstimateType = builder.objectRef<AnsweredMemory>('MemoryEstimate').implement({
  description:
    'What the sequences that run at once need in device memory, and whether that is there. Sums are over all devices, in ' +
    'GiB (2³⁰ bytes); per-device figures are for the fullest device.',
  fields: (t) => ({
    fits: t.boolean({
      description:
        'The fullest device has room for its share of weights, cache, state, activations and overhead. With in-flight ' +
        'batching, sequences beyond what fits wait (`Estimate.queue`): it fits as soon as one of them does.',
      resolve: ({ figures: memory }) => memory.fits,
    }),
    weightsGiB: t.float({
      description: 'The model’s weights in the chosen format, over all devices, copies included, in GiB.',
      resolve: ({ figures: memory }) => gibOf(memory.weightBytes),
    }),
    weightsFileGiB: t.float({
      description:
        'Size of the weight files of the model in the chosen format, one copy, in GiB: what is downloaded. weightsGiB differs where ' +
        'an embedding stays on the host, is held twice, or devices hold copies.',
      resolve: ({ fileBytes }) => gibOf(fileBytes),
    }),
    kvCacheGiB: t.float({
      description:
        'Keys and values of the sequences that run at once, at their longest (context + prompt + output), over all ' +
        'devices, in GiB. Where a runtime admits more at once than fit at their longest, at different stages of their ' +
        'answers: what it fills.',
      resolve: ({ figures: memory }) => gibOf(memory.kvCacheBytes),
    }),
    stateGiB: t.float({
      description:
        'Recurrent state of linear-attention and state-space layers, which does not grow with the context, in GiB. ' +
        '0 for plain transformers.',
      resolve: ({ figures: memory }) => gibOf(memory.stateBytes),
    }),
    activationsGiB: t.float({
      description: 'Working space of the largest step, over all devices, in GiB.',
      resolve: ({ figures: memory }) => gibOf(memory.activationBytes),
    }),
    overheadGiB: t.float({
      description: 'Driver context, communication buffers, captured graphs and the like, over all devices, in GiB.',
      resolve: ({ figures: memory }) => gibOf(memory.overheadBytes),
    }),
    totalGiB: t.float({
      description: 'Needed over all devices: the sum of the five parts, in GiB.',
      resolve: ({ figures: memory }) => gibOf(memory.totalBytes),
    }),
    totalGiBRange: t.field({
      type: RangeType,
      description: 'Interval of totalGiB, in GiB. 80 % of measurements should lie in it.',
      resolve: ({ totalInterval }) => scaledRange(totalInterval(), gibOf(1)),
    }),
    perDeviceGiB: t.float({
      description: 'Needed on the fullest device, in GiB.',
      resolve: ({ figures: memory }) => gibOf(memory.perDeviceBytes),
    }),
    usablePerDeviceGiB: t.float({
      description: 'What the runtime can use of one device, in GiB: less than the label says.',
      resolve: ({ figures: memory }) => gibOf(memory.usablePerDeviceBytes),
    }),
    headroomPerDeviceGiB: t.float({
      description:
        'Usable less needed on the fullest device, in GiB. Negative = the shortfall of a model that does not fit.',
      resolve: ({ figures: memory }) => gibOf(memory.usablePerDeviceBytes - memory.perDeviceBytes),
    }),
    reservedPerDeviceGiB: t.float({
      description:
        'What the device’s monitor (nvidia-smi and the like) will show, in GiB: more than needed for runtimes that ' +
        'reserve memory up front.',
      resolve: ({ figures: memory }) => gibOf(memory.reservedPerDeviceBytes),
    }),
    parts: t.field({
      type: [MemoryPartType],
      nullable: true,
      description:
        'What perDeviceGiB is made of, in drawing order, nothing left out; null where an estimator of a pack does not tell.',
      resolve: ({ figures: { perDeviceParts } }) => perDeviceParts && partsOf(perDeviceParts),
    }),
    kvCacheBytesPerToken: t.field({
      type: 'SafeInt',
      description:
        'Cache added by one more token of one sequence, over all layers, in bytes; copies on other ranks excluded.',
      resolve: ({ figures: memory }) => Math.round(memory.kvCacheBytesPerToken),
    }),
    maxBatch: t.int({
      description:
        'Most sequences of this length that memory holds at once, a count; 0 = not even one, 2147483647 = no limit below ' +
        'that. With in-flight batching they are at different stages of their answers; more than these wait.',
      resolve: ({ figures: memory }) => intOf(memory.maximumBatch),
    }),
    maxContextTokens: t.int({
      description:
        'Longest sequence (context + prompt + output) that fits with as many at once as now, in tokens; 0 = none, 2147483647 = no ' +
        'limit below that. The model’s own context length is a separate limit: `Model.contextTokens`.',
      resolve: ({ figures: memory }) => intOf(memory.maximumContextTokens),
    }),
  }),
});
