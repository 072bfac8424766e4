import type {
  ExpertFeedForward,
  FeedForward,
  GatedFeedForward,
  PlainFeedForward,
} from '../../../engine/model/architecture.ts';
import { expertsSchema, gatedSchema } from '../../../registry/kinds/architecture.ts';
import { builder } from '../../builder.ts';
import { fieldsOf, itself } from '../fieldsOf.ts';

const GatedType = builder.objectRef<GatedFeedForward>('GatedFeedForward').implement({
  description: 'Gate, up and down projections (SwiGLU, GeGLU): 3 × hidden × intermediate parameters.',
  fields: (t) => fieldsOf(t, gatedSchema, itself, ['intermediate']),
});

const PlainType = builder.objectRef<PlainFeedForward>('PlainFeedForward').implement({
  description: 'Up and down projections (GELU, ReLU²): 2 × hidden × intermediate parameters.',
  fields: (t) => fieldsOf(t, gatedSchema, itself, ['intermediate']),
});

const ExpertType = builder.objectRef<ExpertFeedForward>('ExpertFeedForward').implement({
  description:
    'Mixture of experts: a router sends each token to a few of many experts; shared experts see every token.',
  fields: (t) =>
    fieldsOf(t, expertsSchema, itself, ['experts', 'activeExperts', 'intermediate', 'sharedIntermediate', 'gated']),
});

const typesByKind = { gated: GatedType, plain: PlainType, experts: ExpertType } as const;

export const FeedForwardType = builder.unionType('FeedForward', {
  description: 'How a layer works on each token by itself.',
  types: [GatedType, PlainType, ExpertType],
  resolveType: (feedForward: FeedForward) => typesByKind[feedForward.kind].name,
});
