import type { z } from 'zod';
import type { RuntimeProfile } from '../../../registry/catalogue/profiles.ts';
import { memorySchema, runtimeKind, schedulingSchema, supportSchema } from '../../../registry/kinds/runtime.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { gibOf } from '../../units.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

enumOf('EstimatorKind', 'Which physics describes a runtime.', {
  serving: 'Steps of a server that batches, shards and schedules requests.',
  local: 'An engine on one person’s machine that unpacks weights as it reads them.',
});

enumOf('ReservationKind', 'How a runtime takes device memory.', {
  fraction: 'A share of the device up front; weights and cache live in it.',
  pool: 'A share of what the weights leave, for the cache alone.',
  'as-needed': 'What it needs, when it needs it.',
});

const RuntimeSupportType = builder.objectRef<z.infer<typeof supportSchema>>('RuntimeSupport').implement({
  description:
    'Devices and formats a runtime runs; a list that is empty says nothing, of every other the device or format is one.',
  fields: (t) => fieldsOf(t, supportSchema, itself),
});

export const RuntimeType = builder.objectRef<RuntimeProfile>('Runtime').implement({
  description: 'A program that runs models: how it reserves memory and schedules requests.',
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(t, runtimeKind.schema, facts, ['homepage', 'license', 'estimator', 'estimatedBy', 'defaultYear']),
    ...fieldsOf(t, memorySchema, ({ facts }) => facts.memory, ['reservation', 'fraction'], {
      as: { fraction: 'reservedFraction' },
    }),
    overheadPerDeviceGiB: t.float({
      description: 'Driver context, captured graphs and buffers on every device, whatever the model, in GiB.',
      resolve: ({ engine }) => gibOf(engine.reservation.perDeviceBytes),
    }),
    ...fieldsOf(t, memorySchema, ({ facts }) => facts.memory, ['defaultCache'], {
      as: { defaultCache: 'defaultCacheId' },
    }),
    ...fieldsOf(t, schedulingSchema, ({ facts }) => facts.scheduling, [
      'continuousBatching',
      'prefillChunkTokens',
      'maximumSequences',
      'served',
    ]),
    supports: t.field({
      type: [RuntimeSupportType],
      description: 'Where it runs, and which formats: an entry for each sort of device.',
      resolve: ({ facts }) => facts.supports,
    }),
    ...fieldsOf(t, runtimeKind.schema, facts, ['usualWeights', 'demonstration', 'notes'], {
      as: { usualWeights: 'usualWeightsIds' },
    }),
  }),
});
