import type {
  ExpertFeedForward,
  FeedForward,
  GatedFeedForward,
  PlainFeedForward,
} from '../../../engine/model/architecture.ts';
import { builder } from '../../builder.ts';

const GatedType = builder.objectRef<GatedFeedForward>('GatedFeedForward').implement({
  description: 'Gate, up and down projections (SwiGLU, GeGLU): 3 × hidden × intermediate parameters.',
  fields: (t) => ({
    intermediate: t.exposeInt('intermediate', { description: 'Inner width, in elements.' }),
  }),
});

const PlainType = builder.objectRef<PlainFeedForward>('PlainFeedForward').implement({
  description: 'Up and down projections (GELU, ReLU²): 2 × hidden × intermediate parameters.',
  fields: (t) => ({
    intermediate: t.exposeInt('intermediate', { description: 'Inner width, in elements.' }),
  }),
});

const ExpertType = builder.objectRef<ExpertFeedForward>('ExpertFeedForward').implement({
  description:
    'Mixture of experts: a router sends each token to a few of many experts; shared experts see every token.',
  fields: (t) => ({
    experts: t.exposeInt('experts', { description: 'Routed experts, a count.' }),
    activeExperts: t.exposeInt('activeExperts', { description: 'Routed experts a token is sent to, a count.' }),
    intermediate: t.exposeInt('intermediate', { description: 'Inner width of one routed expert, in elements.' }),
    sharedIntermediate: t.exposeInt('sharedIntermediate', {
      description: 'Inner width of all shared experts together, in elements; 0 = none.',
    }),
    gated: t.exposeBoolean('gated', {
      description: 'Experts have gate, up and down projections; false = up and down only.',
    }),
  }),
});

const typesByKind = { gated: GatedType, plain: PlainType, experts: ExpertType } as const;

export const FeedForwardType = builder.unionType('FeedForward', {
  description: 'How a layer works on each token by itself.',
  types: [GatedType, PlainType, ExpertType],
  resolveType: (feedForward: FeedForward) => typesByKind[feedForward.kind].name,
});
