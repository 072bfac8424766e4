import type { RuntimeProfile } from '../../../registry/catalogue/profiles.ts';
import { builder } from '../../builder.ts';
import { gibOf } from '../../units.ts';
import { ProfileType } from '../profile.ts';

export const EstimatorKind = builder.enumType('EstimatorKind', {
  description: 'Which physics describes a runtime.',
  values: {
    SERVING: { value: 'serving', description: 'Steps of a server that batches, shards and schedules requests.' },
    LOCAL: { value: 'local', description: 'An engine on one person’s machine that unpacks weights as it reads them.' },
  } as const,
});

export const ReservationKind = builder.enumType('ReservationKind', {
  description: 'How a runtime takes device memory.',
  values: {
    FRACTION: { value: 'fraction', description: 'A share of the device up front; weights and cache live in it.' },
    POOL: { value: 'pool', description: 'A share of what the weights leave, for the cache alone.' },
    AS_NEEDED: { value: 'as-needed', description: 'What it needs, when it needs it.' },
  } as const,
});

export const RuntimeType = builder.objectRef<RuntimeProfile>('Runtime').implement({
  description: 'A program that runs models: how it reserves memory and schedules requests.',
  interfaces: [ProfileType],
  fields: (t) => ({
    homepage: t.string({ description: 'Where it lives.', resolve: ({ facts }) => facts.homepage }),
    license: t.string({
      nullable: true,
      description: 'Licence, as an SPDX identifier.',
      resolve: ({ facts }) => facts.license,
    }),
    estimator: t.field({
      type: EstimatorKind,
      description: 'Which physics describes it.',
      resolve: ({ engine }) => engine.estimator,
    }),
    estimatedBy: t.id({
      nullable: true,
      description: 'Id of the estimator of a pack that answers instead; null = the calculator’s own.',
      resolve: ({ engine }) => engine.estimatedBy,
    }),
    defaultYear: t.int({
      description: 'Latest year of its builds with fitted constants (calendar year): the default of runtimeYear.',
      resolve: ({ engine }) => engine.defaultYear,
    }),
    reservation: t.field({
      type: ReservationKind,
      description: 'How it takes device memory.',
      resolve: ({ engine }) => engine.reservation.kind,
    }),
    reservedFraction: t.float({
      nullable: true,
      description: 'The share it takes, from 0 to 1 (a fraction, dimensionless); null = what it needs.',
      resolve: ({ facts }) => facts.memory.fraction,
    }),
    overheadPerDeviceGiB: t.float({
      description: 'Driver context, captured graphs and buffers on every device, whatever the model, in GiB.',
      resolve: ({ engine }) => gibOf(engine.reservation.perDeviceBytes),
    }),
    defaultCacheId: t.id({
      description: 'Id of the cache’s format when nothing else is asked for.',
      resolve: ({ engine }) => engine.defaultCache,
    }),
    continuousBatching: t.boolean({
      description: 'Requests join and leave a running batch.',
      resolve: ({ engine }) => engine.continuousBatching,
    }),
    prefillChunkTokens: t.int({
      nullable: true,
      description: 'Most prompt tokens read in one step, in tokens; null = the whole prompt.',
      resolve: ({ engine }) => engine.prefillChunkTokens,
    }),
    maximumSequences: t.int({
      nullable: true,
      description: 'Most sequences in flight, a count; null = no limit of its own.',
      resolve: ({ facts }) => facts.scheduling.maximumSequences,
    }),
    served: t.boolean({
      description: 'Requests arrive over HTTP and tokens are streamed; false = a library or command line.',
      resolve: ({ engine }) => engine.served,
    }),
    notes: t.string({ nullable: true, description: 'What to know about it.', resolve: ({ facts }) => facts.notes }),
  }),
});

builder.queryFields((t) => ({
  runtimes: t.field({
    type: [RuntimeType],
    description: 'All runtimes, by name. Example: `{ runtimes { id name continuousBatching } }`',
    resolve: (_root, _args, { catalogue }) =>
      catalogue.runtime.all().toSorted((one, other) => one.name.localeCompare(other.name)),
  }),
}));
