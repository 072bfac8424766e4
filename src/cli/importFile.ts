import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { ImportRefusedError } from '../registry/importers/importRefused.ts';
import { type Answered, inWords, RefusedError } from './ask.ts';
import { columns, type Line } from './columns.ts';

/** What `import` takes beside the file; each is an argument of the mutation. */
export interface ImportOptions {
  id?: string;
  name?: string;
  developer?: string;
  huggingFaceId?: string;
  sourceTitle?: string;
  sourceUrl?: string;
  idempotencyKey?: string;
  dryRun?: true;
}

export function addImportOptions(command: Command): Command {
  return command
    .argument('<file>', 'config.json, or a .gguf file: only its header is read')
    .addOption(new Option('--id <slug>', 'id of the model; default: made from the name'))
    .addOption(new Option('--name <name>', 'what it is called; default: the name in the file'))
    .addOption(new Option('--developer <who>', 'who made it'))
    .addOption(new Option('--hugging-face-id <owner/name>', 'its id on Hugging Face'))
    .addOption(new Option('--source-title <words>', 'where the file comes from'))
    .addOption(new Option('--source-url <address>', 'public address of the file'))
    .addOption(new Option('--idempotency-key <word>', 'repeating the command with it adds nothing twice'))
    .addOption(new Option('--dry-run', 'checks everything and writes nothing'));
}

const shared =
  '$id: ID, $name: String, $developer: String, $huggingFaceId: String, $source: ImportSourceInput, $idempotencyKey: String, $dryRun: Boolean';
const passed =
  'id: $id, name: $name, developer: $developer, huggingFaceId: $huggingFaceId, source: $source, ' +
  'idempotencyKey: $idempotencyKey, dryRun: $dryRun';
const model = 'model { id name contextTokens parameters { total active } nativeFormat { id } }';
const failures = '... on InvalidInputError { problems { path code message } } ... on Error { message code }';

const configQuery = `
mutation Import($file: String!, ${shared}) {
  imported: modelImport(huggingFaceConfig: $file, ${passed}) {
    ... on ModelImportPayload { dryRun ${model} assumptions }
    ${failures}
  }
}`;

const ggufQuery = `
mutation Import($file: String!, ${shared}) {
  imported: modelImportGguf(headerBase64: $file, ${passed}) {
    ... on ModelImportGgufPayload { dryRun ${model} weightBytes bitsPerWeight tokenizerTokens }
    ${failures}
  }
}`;

/** The mutation for a file, by what the file begins with. @throws RefusedError it cannot be read */
export async function importQuestion(file: string, options: ImportOptions) {
  const { id, name, developer, huggingFaceId, idempotencyKey, dryRun, sourceTitle: title, sourceUrl: url } = options;
  const { gguf, content } = await contentOf(file);
  const source = title === undefined && url === undefined ? undefined : { title, url };
  const variables = { file: content, id, name, developer, huggingFaceId, source, idempotencyKey, dryRun };
  return { query: gguf ? ggufQuery : configQuery, variables };
}

/** Text of a config.json, or the header of a GGUF file in base64. */
async function contentOf(path: string): Promise<{ gguf: boolean; content: string }> {
  try {
    const file = await open(path);
    try {
      const first = Buffer.alloc(4);
      await file.read(first, 0, 4, 0);
      if (first.toString('latin1') !== 'GGUF') return { gguf: false, content: await file.readFile('utf8') };
      // Loaded only here: most commands read no model file.
      const { headerOfFile } = await import('../registry/importers/gguf/header.ts');
      return { gguf: true, content: (await headerOfFile(file)).toString('base64') };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ImportRefusedError) throw new RefusedError(`${path} ${error.message}`);
    if (error instanceof Error && 'code' in error) throw new RefusedError(`${path} cannot be read (${error.code})`);
    throw error;
  }
}

interface ImportReply {
  imported: {
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
    problems?: readonly { path: string; message: string }[];
    code?: string;
    message?: string;
  };
}

/** What was added. @throws RefusedError why nothing was */
export function importReport({ data, refusals }: Answered<ImportReply>, width: number): string {
  if (refusals.length > 0) throw new RefusedError(inWords(refusals));
  const { model: added, ...rest } = data.imported;
  if (added === undefined) throw new RefusedError(refusalOf(rest));
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

function refusalOf({ code, message = 'nothing was added' }: ImportReply['imported']): string {
  if (code !== 'NOT_AUTHORIZED') return message;
  return `${message} Make one with \`npm run -s key -- create NAME\` and put it in CALCULATOR_KEY.`;
}

function billions(parameters: number): string {
  return `${(parameters / 1e9).toFixed(2)} billion`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
