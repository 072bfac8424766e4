import { ImportRefusedError } from '../../../importers/importRefused.ts';
import { type ImportedGguf, importGguf } from '../../../importers/models/ggufFile.ts';
import { importHuggingFaceConfig } from '../../../importers/models/huggingFaceConfig.ts';
import type { ImportedModel, ImportLabels } from '../../../importers/models/importedModel.ts';
import type { ModelProfile } from '../../../registry/catalogue/profiles.ts';
import { InvalidFactsError } from '../../../registry/errors.ts';
import { slug } from '../../../registry/kinds/listFile.ts';
import { builder } from '../../builder.ts';
import { type ArgumentBuilder, mutation, type Writing } from '../../mutations/mutation.ts';
import {
  checkIdempotencyKey,
  dryRunArgument,
  idempotencyKeyArgument,
  type ProfilePayload,
} from '../../mutations/profileMutations.ts';
import { ModelType } from './type.ts';

interface ImportPayload<Imported extends ImportedModel> extends ProfilePayload {
  imported: Imported;
}

const kind = 'model';

const ImportSourceInput = builder.inputType('ImportSourceInput', {
  description: 'Where an imported file comes from. Left out, the source is the file itself, by its digest.',
  fields: (t) => ({
    title: t.string({ description: 'What it is, in words. Default: "pasted config.json" or "pasted GGUF header".' }),
    url: t.string({ description: 'Public address of the file.' }),
    retrieved: t.string({ description: 'Day it was fetched, as YYYY-MM-DD.' }),
  }),
});

const modelImportPayload = builder.objectRef<ImportPayload<ImportedModel>>('ModelImportPayload').implement({
  description: 'The model as it was imported; or, in a dry run, as it would be.',
  fields: (t) => ({
    model: t.field({ type: ModelType, description: 'The model.', resolve: ({ profile }) => profile as ModelProfile }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Nothing was written.' }),
    assumptions: t.stringList({
      description: 'Figures that are not in the file and have the documented default of its configuration class.',
      resolve: ({ imported }) => [...imported.assumptions],
    }),
  }),
});

const BlockTypeShareType = builder.objectRef<ImportedGguf['blockTypes'][number]>('BlockTypeShare').implement({
  description: 'The tensors of a GGUF file that are in one block type.',
  fields: (t) => ({
    blockType: t.exposeString('blockType', { description: 'llama.cpp’s name of it: Q4_K, Q6_K, F32.' }),
    tensors: t.exposeInt('tensors', { description: 'Tensors in it, a count.' }),
    parameters: t.expose('parameters', { type: 'SafeInt', description: 'Their elements, a count.' }),
    bytes: t.expose('bytes', { type: 'SafeInt', description: 'Their size, scales included, in bytes.' }),
  }),
});

const modelImportGgufPayload = builder.objectRef<ImportPayload<ImportedGguf>>('ModelImportGgufPayload').implement({
  description: 'The model as it was imported, with the figures of its file; or, in a dry run, as it would be.',
  fields: (t) => ({
    model: t.field({ type: ModelType, description: 'The model.', resolve: ({ profile }) => profile as ModelProfile }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Nothing was written.' }),
    weightBytes: t.field({
      type: 'SafeInt',
      description: 'Exact size of all tensors, scales included and alignment left out, in bytes.',
      resolve: ({ imported }) => imported.weightBytes,
    }),
    bitsPerWeight: t.float({
      description: 'weightBytes over the elements of all tensors, in bits.',
      resolve: ({ imported }) => imported.bitsPerWeight,
    }),
    blockTypes: t.field({
      type: [BlockTypeShareType],
      description: 'The tensors by block type, the most bytes first.',
      resolve: ({ imported }) => [...imported.blockTypes],
    }),
    tokenizerTokens: t.int({
      nullable: true,
      description: 'Words of the file’s tokenizer, a count; null = it has none.',
      resolve: ({ imported }) => imported.tokenizerTokens,
    }),
    tokenizerMerges: t.int({
      nullable: true,
      description: 'Merges of the file’s tokenizer, a count; null = it has none.',
      resolve: ({ imported }) => imported.tokenizerMerges,
    }),
  }),
});

mutation({
  name: 'modelImport',
  kind,
  dryRunForAll: true,
  description:
    'Adds a model from its Hugging Face `config.json`: its block stack, context and native weight format. An attention, ' +
    'layer or quantisation kind that is not known is refused by its name, never guessed. A dry run needs no key. Example: `mutation { modelImport(' +
    'name: "Acme 1B", dryRun: true, huggingFaceConfig: "{\\"model_type\\": \\"llama\\", \\"hidden_size\\": 2048, ' +
    '\\"num_hidden_layers\\": 16, \\"num_attention_heads\\": 32, \\"intermediate_size\\": 8192, \\"vocab_size\\": 32000, ' +
    '\\"torch_dtype\\": \\"bfloat16\\"}") { ... on ModelImportPayload { model { id parameters { total } } assumptions } ' +
    '... on Error { message } } }`',
  args: (arg) => ({
    huggingFaceConfig: arg.string({
      required: true,
      description: 'The text of config.json, braces included; up to 262,144 characters.',
    }),
    ...importArguments(arg),
  }),
  payload: modelImportPayload,
  errors: ['input', 'creation'],
  run: ({ huggingFaceConfig, ...rest }, writing) => {
    const imported = read('huggingFaceConfig', () => importHuggingFaceConfig(huggingFaceConfig, labelsOf(rest)));
    return create(imported, rest, writing);
  },
});

mutation({
  name: 'modelImportGguf',
  kind,
  dryRunForAll: true,
  description:
    'Adds a model from the header of a GGUF file: its block stack from the tensors, and the exact bytes of its weights. ' +
    'Nothing is fetched. The terminal sends the header by itself: `calc import model.gguf`.',
  args: (arg) => ({
    headerBase64: arg.string({
      required: true,
      description: 'Everything before the weights, in base64; up to 24 MiB. More of the file does no harm.',
    }),
    ...importArguments(arg),
  }),
  payload: modelImportGgufPayload,
  errors: ['input', 'creation'],
  run: ({ headerBase64, ...rest }, writing) => {
    const imported = read('headerBase64', () => importGguf(headerBase64, labelsOf(rest)));
    return create(imported, rest, writing);
  },
});

function importArguments(arg: ArgumentBuilder) {
  return {
    id: arg.id({ description: 'Id of the model, a slug. Default: made from the name.' }),
    name: arg.string({ description: 'What it is called. Default: the name in the file, where it has one.' }),
    developer: arg.string({ description: 'Who made it. Default: the owner in huggingFaceId.' }),
    huggingFaceId: arg.string({
      description: 'owner/name on Hugging Face. Default: the one in the file, where no name is given.',
    }),
    source: arg({ type: ImportSourceInput, description: 'Where the file comes from.' }),
    idempotencyKey: idempotencyKeyArgument(arg),
    dryRun: dryRunArgument(arg),
  };
}

/** As GraphQL hands values in: absent, null or stated. */
type Stated<Fields> = { [Name in keyof Fields]?: Fields[Name] | null | undefined };
type Texts<Name extends string> = Stated<Record<Name, string>>;
type ImportArguments = Texts<'id' | 'name' | 'developer' | 'huggingFaceId' | 'idempotencyKey'> &
  Stated<{ source: Texts<'title' | 'url' | 'retrieved'>; dryRun: boolean }>;

function labelsOf({ name, developer, huggingFaceId, source }: ImportArguments): ImportLabels {
  const { title, url, retrieved } = source ?? {};
  return {
    name: name ?? undefined,
    developer: developer ?? undefined,
    huggingFaceId: huggingFaceId ?? undefined,
    source: { title: title ?? undefined, url: url ?? undefined, retrieved: retrieved ?? undefined },
  };
}

/** What the importer reads; its refusals are problems of the argument, each at its key in the file. */
function read<Imported>(argument: string, importer: () => Imported): Imported {
  try {
    return importer();
  } catch (error) {
    if (!(error instanceof ImportRefusedError)) throw error;
    const problems = error.problems.map(({ path, ...problem }) => ({
      ...problem,
      path: path === '' ? argument : `${argument}.${path}`,
    }));
    throw new InvalidFactsError(kind, '', problems);
  }
}

async function create<Imported extends ImportedModel>(
  imported: Imported,
  { id: stated, idempotencyKey, dryRun }: ImportArguments,
  { actor, context }: Writing,
): Promise<ImportPayload<Imported>> {
  const name = Reflect.get(imported.facts as object, 'name');
  if (typeof name !== 'string') {
    const message = 'is missing: the file does not name the model';
    throw new InvalidFactsError(kind, stated ?? '', [{ path: 'name', code: 'MISSING', message }]);
  }
  const id = stated ?? slug(name);
  checkIdempotencyKey(kind, id, idempotencyKey);
  const profile = await context.registry.write.create({
    kind,
    id,
    actor,
    facts: imported.facts,
    dryRun: dryRun ?? false,
    idempotencyKey: idempotencyKey ?? undefined,
  });
  return { profile, dryRun: dryRun ?? false, imported };
}
