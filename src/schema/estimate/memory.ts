import type { MemoryEstimate } from '../../engine/answer.ts';
import { builder } from '../builder.ts';
import { gibOf, intOf } from '../units.ts';

export const MemoryEstimateType = builder.objectRef<MemoryEstimate>('MemoryEstimate').implement({
  description:
    'What the deployment needs in device memory, and whether that is there. Parts are sums over all devices, in GiB ' +
    '(2³⁰ bytes); per-device figures are for the fullest device.',
  fields: (t) => ({
    fits: t.exposeBoolean('fits', {
      description: 'The fullest device has room for its share of weights, cache, state, activations and overhead.',
    }),
    weightsGiB: t.float({
      description: 'The model’s weights in the chosen format, over all devices, copies included, in GiB.',
      resolve: (memory) => gibOf(memory.weightBytes),
    }),
    kvCacheGiB: t.float({
      description:
        'Keys and values of all sequences at their longest (context + prompt + output), over all devices, in GiB.',
      resolve: (memory) => gibOf(memory.kvCacheBytes),
    }),
    stateGiB: t.float({
      description:
        'Recurrent state of linear-attention and state-space layers, which does not grow with the context, in GiB. ' +
        '0 for plain transformers.',
      resolve: (memory) => gibOf(memory.stateBytes),
    }),
    activationsGiB: t.float({
      description: 'Working space of the largest step, over all devices, in GiB.',
      resolve: (memory) => gibOf(memory.activationBytes),
    }),
    overheadGiB: t.float({
      description: 'Driver context, communication buffers, captured graphs and the like, over all devices, in GiB.',
      resolve: (memory) => gibOf(memory.overheadBytes),
    }),
    totalGiB: t.float({
      description: 'Needed over all devices: the sum of the five parts, in GiB.',
      resolve: (memory) => gibOf(memory.totalBytes),
    }),
    perDeviceGiB: t.float({
      description: 'Needed on the fullest device, in GiB.',
      resolve: (memory) => gibOf(memory.perDeviceBytes),
    }),
    usablePerDeviceGiB: t.float({
      description: 'What the runtime can use of one device, in GiB: less than the label says.',
      resolve: (memory) => gibOf(memory.usablePerDeviceBytes),
    }),
    headroomPerDeviceGiB: t.float({
      description:
        'Usable less needed on the fullest device, in GiB. Negative = the shortfall of a model that does not fit.',
      resolve: (memory) => gibOf(memory.usablePerDeviceBytes - memory.perDeviceBytes),
    }),
    reservedPerDeviceGiB: t.float({
      description:
        'What the device’s monitor (nvidia-smi and the like) will show, in GiB: more than needed for runtimes that ' +
        'reserve memory up front.',
      resolve: (memory) => gibOf(memory.reservedPerDeviceBytes),
    }),
    kvCacheBytesPerToken: t.field({
      type: 'SafeInt',
      description:
        'Cache added by one more token of one sequence, over all layers, in bytes; copies on other ranks excluded.',
      resolve: (memory) => Math.round(memory.kvCacheBytesPerToken),
    }),
    maxBatch: t.int({
      description:
        'Most sequences that fit at this length, a count; 0 = not even one, 2147483647 = no limit below that.',
      resolve: (memory) => intOf(memory.maximumBatch),
    }),
    maxContextTokens: t.int({
      description:
        'Longest sequence (context + prompt + output) that fits at this batch, in tokens; 0 = none, 2147483647 = no ' +
        'limit below that. The model’s own context length is a separate limit: `Model.contextTokens`.',
      resolve: (memory) => intOf(memory.maximumContextTokens),
    }),
  }),
});
