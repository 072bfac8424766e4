import { readableCount } from '../engine/readable.ts';
import { type Answered, inWords, RefusedError } from './ask.ts';
import { columns, type Row } from './columns.ts';
import { type ImportFailure, importFailures, refusalOf } from './importFailure.ts';
import { type Given, sent, variablesOf } from './sentOption.ts';

/** What the import of a model takes beside its file; each is an argument of the mutation. */
export const modelOptions = [
  sent('--id <slug>', 'id of the model; default: made from the name'),
  sent('--name <name>', 'what it is called; default: the name in the file'),
  sent('--developer <who>', 'who made it'),
  sent('--hugging-face-id <owner/name>', 'its id on Hugging Face'),
  sent('--source-title <words>', 'where the file comes from', { to: 'source.title' }),
  sent('--source-url <address>', 'public address of the file', { to: 'source.url' }),
  sent('--idempotency-key <word>', 'repeating the command with it adds nothing twice'),
];

/** The two mutations: of a config.json, and of the header of a GGUF file in base64. */
const mutations = {
  config: { name: 'modelImport', argument: 'huggingFaceConfig', payload: 'assumptions' },
  gguf: { name: 'modelImportGguf', argument: 'headerBase64', payload: 'weightBytes bitsPerWeight tokenizerTokens' },
};

export function modelQuestion(kind: keyof typeof mutations, file: string, given: Given) {
  const { name, argument, payload } = mutations[kind];
  const query = `
mutation Import(
  $file: String!, $id: ID, $name: String, $developer: String, $huggingFaceId: String, $source: ImportSourceInput,
  $idempotencyKey: String, $dryRun: Boolean
) {
  imported: ${name}(
    ${argument}: $file, id: $id, name: $name, developer: $developer, huggingFaceId: $huggingFaceId, source: $source,
    idempotencyKey: $idempotencyKey, dryRun: $dryRun
  ) {
    ... on ${name.replace('model', 'Model')}Payload {
      dryRun
      model { id name contextTokens parameters { total active } nativeFormat { id } }
      ${payload}
    }
    ${importFailures}
  }
}`;
  return { query, variables: { ...variablesOf(modelOptions, given), file } };
}

export interface ModelImportReply {
  imported: ImportFailure & {
    dryRun?: boolean;
    model?: {
      id: string;
      name: string;
      contextTokens: number | null;
      parameters: { total: number; active: number };
      nativeFormat: { id: string } | null;
    };
    assumptions?: readonly string[];
    weightBytes?: number;
    bitsPerWeight?: number;
    tokenizerTokens?: number | null;
  };
}

/** What was added. @throws RefusedError why nothing was */
export function modelReport({ data, refusals }: Answered<ModelImportReply>, width: number, path: string): string {
  if (refusals.length > 0) throw new RefusedError(inFile(path, inWords(refusals)));
  const { model: added, ...rest } = data.imported;
  if (added === undefined) throw new RefusedError(inFile(path, refusalOf(rest)));
  const { total, active } = added.parameters;
  const { contextTokens, nativeFormat } = added;
  const { weightBytes, bitsPerWeight, tokenizerTokens, assumptions = [] } = rest;
  return columns(
    [
      [rest.dryRun === true ? 'Would add' : 'Added', `${added.name} (${added.id})`],
      ['Parameters', `${billions(total)}, of which a token passes ${billions(active)}`],
      contextTokens !== null && ['Context', `${readableCount(contextTokens)} tokens`],
      ['Weights', nativeFormat?.id ?? 'in no format of the catalogue'],
      weightBytes !== undefined && [
        'File',
        `${(weightBytes / 1e9).toFixed(2)} GB, ${bitsPerWeight?.toFixed(3)} bits a weight`,
      ],
      tokenizerTokens != null && ['Tokenizer', `${readableCount(tokenizerTokens)} tokens`],
      ...assumptions.map((text): Row => ['Assumed', text]),
    ],
    width,
  );
}

/** The argument that holds the file is the file here: `huggingFaceConfig.model_type` is the key `model_type` in it. */
function inFile(path: string, message: string): string {
  const keys = message.replaceAll(/\b(?:huggingFaceConfig|headerBase64)(?:\.|: )/g, '');
  return keys === message ? message : `${path}: ${keys}`;
}

function billions(parameters: number): string {
  return `${(parameters / 1e9).toFixed(2)} billion`;
}
