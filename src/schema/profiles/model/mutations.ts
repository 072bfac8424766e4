import { profileMutations } from '../../mutations/profileMutations.ts';
import { modelInput } from './input.ts';
import { ModelType } from './type.ts';

profileMutations({
  kind: 'model',
  name: 'model',
  thing: 'a model',
  node: ModelType,
  input: modelInput,
  example:
    'mutation { modelCreate(dryRun: true, input: { id: "acme-chat", name: "Acme Chat", developer: "Acme", ' +
    'contextTokens: 32768, source: { title: "A guess", known: ASSUMED } }) ' +
    '{ ... on ModelCreatePayload { model { id contextTokens } } ... on Error { message } } }',
});
