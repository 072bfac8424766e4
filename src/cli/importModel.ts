import { Option } from 'commander';
import { type Answered, inWords, RefusedError } from './ask.ts';
import { columns, type Line } from './columns.ts';
import { type ImportFailure, importFailures, refusalOf } from './importFailure.ts';

/** What the import of a model takes beside its file; each is an argument of the mutation. */
export interface ModelImportOptions {
  id?: string;
  name?: string;
  developer?: string;
  huggingFaceId?: string;
  sourceTitle?: string;
  sourceUrl?: string;
  idempotencyKey?: string;
}

export const modelOptions = [
  new Option('--id <slug>', 'id of the model; default: made from the name'),
  new Option('--name <name>', 'what it is called; default: the name in the file'),
  new Option('--developer <who>', 'who made it'),
  new Option('--hugging-face-id <owner/name>', 'its id on Hugging Face'),
  new Option('--source-title <words>', 'where the file comes from'),
  new Option('--source-url <address>', 'public address of the file'),
  new Option('--idempotency-key <word>', 'repeating the command with it adds nothing twice'),
];

const shared =
  '$id: ID, $name: String, $developer: String, $huggingFaceId: String, $source: ImportSourceInput, $idempotencyKey: String, $dryRun: Boolean';
const passed =
  'id: $id, name: $name, developer: $developer, huggingFaceId: $huggingFaceId, source: $source, ' +
  'idempotencyKey: $idempotencyKey, dryRun: $dryRun';
const model = 'model { id name contextTokens parameters { total active } nativeFormat { id } }';

const configQuery = `
mutation Import($file: String!, ${shared}) {
  imported: modelImport(huggingFaceConfig: $file, ${passed}) {
    ... on ModelImportPayload { dryRun ${model} assumptions }
    ${importFailures}
  }
}`;

const ggufQuery = `
mutation Import($file: String!, ${shared}) {
  imported: modelImportGguf(headerBase64: $file, ${passed}) {
    ... on ModelImportGgufPayload { dryRun ${model} weightBytes bitsPerWeight tokenizerTokens }
    ${importFailures}
  }
}`;

/** The mutation that makes a model of a config.json, or of the header of a GGUF file in base64. */
export function modelQuestion(
  kind: 'config' | 'gguf',
  file: string,
  options: ModelImportOptions,
  dryRun: true | undefined,
) {
  const { id, name, developer, huggingFaceId, idempotencyKey, sourceTitle: title, sourceUrl: url } = options;
  const source = title === undefined && url === undefined ? undefined : { title, url };
  const variables = { file, id, name, developer, huggingFaceId, source, idempotencyKey, dryRun };
  return { query: kind === 'gguf' ? ggufQuery : configQuery, variables };
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
  const lines: (Line | null)[] = [
    { label: rest.dryRun === true ? 'Would add' : 'Added', text: `${added.name} (${added.id})` },
    { label: 'Parameters', text: `${billions(total)}, of which a token passes ${billions(active)}` },
    added.contextTokens === null ? null : { label: 'Context', text: `${count(added.contextTokens)} tokens` },
    { label: 'Weights', text: added.nativeFormat?.id ?? 'in no format of the catalogue' },
    rest.weightBytes === undefined
      ? null
      : {
          label: 'File',
          text: `${(rest.weightBytes / 1e9).toFixed(2)} GB, ${rest.bitsPerWeight?.toFixed(3)} bits a weight`,
        },
    rest.tokenizerTokens == null ? null : { label: 'Tokenizer', text: `${count(rest.tokenizerTokens)} tokens` },
    ...(rest.assumptions ?? []).map((text) => ({ label: 'Assumed', text })),
  ];
  return `${columns(
    lines.filter((line) => line !== null),
    width,
  )}\n`;
}

/** The argument that holds the file is the file here: `huggingFaceConfig.model_type` is the key `model_type` in it. */
function inFile(path: string, message: string): string {
  const keys = message.replaceAll(/\b(?:huggingFaceConfig|headerBase64)(?:\.|: )/g, '');
  return keys === message ? message : `${path}: ${keys}`;
}

function billions(parameters: number): string {
  return `${(parameters / 1e9).toFixed(2)} billion`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
