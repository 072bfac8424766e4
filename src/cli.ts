import { Command, CommanderError, Option } from 'commander';
import {
  type Answered,
  type Ask,
  askServer,
  inWords,
  NoAnswerError,
  RefusedError,
  type ReplyError,
} from './cli/ask.ts';
import { calculateOptions } from './cli/calculate.ts';
import { completion } from './cli/completion.ts';
import { type EstimateReply, estimateQuery, estimateReport } from './cli/estimateReport.ts';
import { addImportOptions, importQuestion } from './cli/importFile.ts';
import { type ScenariosReply, scenariosQuery, scenariosReport } from './cli/scenariosReport.ts';
import { addSent, type Given, variablesOf } from './cli/sentOption.ts';
import { normaliseOptions, withCommand } from './cli/spelling.ts';
import { searched, type TableReply, tableOptions, tables, tableText } from './cli/tables.ts';
import { keepCompiledCode } from './compileCache.ts';
import { explainFailure } from './server/failure.ts';

/** 0: answered. 1: no answer (server, database). 2: the question was refused. */
const exitCodes = { answered: 0, noAnswer: 1, refused: 2 };

interface OutputOptions {
  json?: true;
  url?: string;
}

keepCompiledCode();
const program = new Command('calc')
  .description(
    'How fast, how big and how dear is a language model on given hardware? The API’s answers, in a terminal.',
  )
  .exitOverride()
  // One line, whatever commander has to say: the suggestion goes on the same line.
  .configureOutput({
    outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
    getOutHelpWidth: () => process.stdout.columns ?? 120,
  });

withOutput(addSent(program.command('calculate'), calculateOptions))
  .description('one estimate: latency, memory and cost, with what they rest on; `calc 7b 4090` is enough')
  .argument('[model]', 'the model, instead of --model')
  .argument('[hardware]', 'the device, instead of --hardware')
  .action(async (model: string | undefined, hardware: string | undefined, options: Given & OutputOptions) => {
    await answer<EstimateReply>(
      options,
      estimateQuery,
      { ...variablesOf(calculateOptions, options), ...named({ model, hardware }, options) },
      ({ data, refusals }, width) => {
        if (refusals.length > 0) throw new RefusedError(inWords(refusals), refusals);
        return estimateReport(data, width);
      },
    );
  });

withOutput(program.command('scenarios'))
  .description('the documented scenarios and the library, each with its answer')
  .action(async (options: OutputOptions) => {
    await answer<ScenariosReply>(options, scenariosQuery, {}, scenariosReport);
  });

for (const [name, table] of Object.entries(tables)) {
  withOutput(addSent(program.command(name), tableOptions))
    .description(`${table.about}; with the ids that \`calculate\` takes`)
    .argument('[search...]', 'words that must all occur, in any order')
    .action(async (words: string[], options: Given & OutputOptions) => {
      const search = words.join(' ');
      const variables = { ...variablesOf(tableOptions, options), ...(search !== '' && { search, text: search }) };
      const only = (data: TableReply, refusals: readonly ReplyError[]) => {
        if (refusals.length > 0) throw new RefusedError(inWords(refusals), refusals);
        return searched(data, search);
      };
      await answer<TableReply>(options, table.query, variables, ({ data }) => tableText(table, data), undefined, only);
    });
}

program
  .command('completion')
  .description('what a shell needs to complete commands and options: source <(calc completion bash)')
  .argument('<shell>', 'bash, zsh or fish')
  .action((shell: string) => void process.stdout.write(completion(shell, program)));

withOutput(addImportOptions(program.command('import')))
  .description(
    'adds a model from its file, or records the runs of a benchmark; needs a key for writing in CALCULATOR_KEY',
  )
  .action(async (file: string, options: Given & OutputOptions) => {
    const { query, variables, report } = await importQuestion(file, options);
    await answer(options, query, variables, report, process.env.CALCULATOR_KEY);
  });

program.addHelpText(
  'after',
  `
Examples:
  npm run -s calc -- calculate --model_size 7B --tokens 1000 --batch_size 1 --hardware_type T4 --deployment_mode local
  npm run -s calc -- calculate --model llama-3.1-70b --hardware h100 --devices 4 --weights fp8 --prompt-tokens 2000
  npm run -s calc -- calculate --model GPT-4 --tokens 500 --prompt-tokens 1500 --json
  npm run -s calc -- scenarios --url http://127.0.0.1:4000
  npm run -s calc -- llama-3.1-8b "rtx 4090" --quant q4_k_m --ctx 8k
  npm run -s calc -- models qwen3
  npm run -s calc -- import ./config.json --name "Acme 7B" --dry-run
  CALCULATOR_KEY=llmc_... npm run -s calc -- import ./llama-bench.json --hardware "RTX 4080"`,
);

process.exitCode = await run();

async function run(): Promise<number> {
  try {
    const commands = [...program.commands.map((command) => command.name()), 'help'];
    await program.parseAsync(normaliseOptions(withCommand(process.argv.slice(2), commands)), { from: 'user' });
    return exitCodes.answered;
  } catch (error) {
    // Commander has printed its line already; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.answered : exitCodes.refused;
    if (error instanceof RefusedError) return fail(error.message, exitCodes.refused, error.errors);
    const explanation = error instanceof NoAnswerError ? error.message : explainFailure(error);
    if (explanation === null) throw error;
    return fail(explanation, exitCodes.noAnswer);
  }
}

function withOutput(command: Command): Command {
  return command
    .addOption(new Option('--json', 'the reply as JSON, for programs'))
    .addOption(new Option('--url <url>', 'ask a running server, e.g. http://127.0.0.1:4000, instead of this process'));
}

async function answer<Reply extends object>(
  { json, url }: OutputOptions,
  query: string,
  variables: Record<string, unknown>,
  report: (answered: Answered<Reply>, width: number) => string,
  key?: string,
  only: (data: Reply, refusals: readonly ReplyError[]) => Reply = (data) => data,
): Promise<void> {
  const print = async (ask: Ask) => {
    const { data: whole, refusals } = await ask<Reply>(query, variables);
    const data = only(whole, refusals);
    const width = Math.min(process.stdout.columns ?? 100, 120);
    const reply = refusals.length === 0 ? data : { ...data, errors: refusals };
    process.stdout.write(json ? jsonText(reply) : report({ data, refusals }, width));
  };
  if (url !== undefined) return print(askServer(url, key));

  // Loaded only here: asking a running server needs neither database nor schema.
  const { answeringInProcess } = await import('./cli/inProcess.ts');
  await answeringInProcess(process.env, print, key);
}

/** A model and a device named by position. @throws RefusedError one is named twice */
function named(words: Readonly<Record<string, string | undefined>>, options: Given): Record<string, string> {
  const stated: Record<string, string> = {};
  for (const [name, word] of Object.entries(words)) {
    if (word === undefined) continue;
    if (options[name] !== undefined) throw new RefusedError(`${name} is named twice: ${word} and ${options[name]}`);
    stated[name] = word;
  }
  return stated;
}

function jsonText(reply: object): string {
  return `${JSON.stringify(reply, null, 2)}\n`;
}

/** One line for people; for programs, who asked for JSON, the errors with their codes beside it. */
function fail(message: string, exitCode: number, errors: readonly ReplyError[] = []): number {
  if (process.argv.includes('--json')) {
    process.stdout.write(jsonText({ errors: errors.length > 0 ? errors : [{ message }] }));
  }
  process.stderr.write(`error: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  return exitCode;
}
