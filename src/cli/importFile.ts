import { type FileHandle, open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { RecognisedBenchmark } from '../importers/benchmarks/recognise.ts';
import { ImportRefusedError, refusal } from '../importers/importRefused.ts';
import { type Answered, RefusedError } from './ask.ts';
import { type BenchmarkImportReply, benchmarkOptions, benchmarkQuestion, benchmarkReport } from './importBenchmark.ts';
import { type ModelImportReply, modelOptions, modelQuestion, modelReport } from './importModel.ts';
import { addSent, type Given, type SentOption } from './sentOption.ts';

export function addImportOptions(command: Command): Command {
  command.argument(
    '<file>',
    'a model: config.json, or a .gguf file, of which only the header is read; or a benchmark: the output of ' +
      'vllm bench serve --save-result, llama-bench -o json, jsonl or csv, guidellm, or a table (CSV) of your own',
  );
  command.addOption(new Option('--dry-run', 'checks everything and writes nothing; needs no key'));
  addSent(command, modelOptions, 'Of a model:');
  return addSent(command, benchmarkOptions, 'Of a benchmark, what its file does not say:');
}

interface Question {
  query: string;
  variables: Record<string, unknown>;
  report: (answered: Answered<ModelImportReply & BenchmarkImportReply>, width: number) => string;
}

/** The mutation for a file, by what is in it. @throws RefusedError it cannot be read, or an option is of another kind */
export async function importQuestion(path: string, given: Given): Promise<Question> {
  const { query, variables, report } = questionOf(path, await contentOf(path), given);
  return { query, variables: { ...variables, dryRun: given.dryRun }, report };
}

function questionOf(path: string, content: Content, given: Given): Question {
  if (content.kind === 'text' && (given.format !== undefined || content.benchmark.format !== null)) {
    refuseOthers(`${path} is the output of a benchmark`, given, modelOptions);
    const { format, text } = content.benchmark;
    return { ...benchmarkQuestion(format, text, given), report: benchmarkReport };
  }
  refuseOthers(`${path} is of a model`, given, benchmarkOptions);
  const question =
    content.kind === 'gguf'
      ? modelQuestion('gguf', content.headerBase64, given)
      : modelQuestion('config', content.benchmark.text, given);
  return { ...question, report: (answered, width) => modelReport(answered, width, path) };
}

/** An option that says nothing about this file was meant for another, or the file is not what it seems. */
function refuseOthers(what: string, given: Given, others: readonly SentOption[]): void {
  const other = others.find(({ option }) => given[option.attributeName()] !== undefined);
  if (other !== undefined) throw new RefusedError(`${other.option.long} cannot be used: ${what}`);
}

type Content = { kind: 'gguf'; headerBase64: string } | { kind: 'text'; benchmark: RecognisedBenchmark };

async function contentOf(path: string): Promise<Content> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const first = Buffer.alloc(4);
    await file.read(first, 0, 4, 0);
    // Importers are loaded only here: most commands read no file.
    if (first.toString('latin1') !== 'GGUF') return await textOf(file);
    const { headerOfFile } = await import('../importers/models/gguf/header.ts');
    return { kind: 'gguf', headerBase64: (await headerOfFile(file)).toString('base64') };
  } catch (error) {
    if (error instanceof ImportRefusedError) throw new RefusedError(`${path}: ${error.message}`);
    if (error instanceof Error && 'code' in error) throw new RefusedError(`${path} cannot be read (${error.code})`);
    throw error;
  } finally {
    await file?.close();
  }
}

async function textOf(file: FileHandle): Promise<Content> {
  const { mostInFile, recogniseBenchmark } = await import('../importers/benchmarks/recognise.ts');
  const { size } = await file.stat();
  if (size > mostInFile) throw refusal('TOO_LARGE', '', `has ${size} bytes; at most ${mostInFile} are read`);
  return { kind: 'text', benchmark: recogniseBenchmark(await file.readFile('utf8')) };
}
