import { Command, CommanderError, Option } from 'commander';
import { type Answered, type Ask, askServer, inWords, NoAnswerError, RefusedError } from './cli/ask.ts';
import { calculateOptions } from './cli/calculate.ts';
import { type EstimateReply, estimateQuery, estimateReport } from './cli/estimateReport.ts';
import { addImportOptions, importQuestion } from './cli/importFile.ts';
import { type ScenariosReply, scenariosQuery, scenariosReport } from './cli/scenariosReport.ts';
import { addSent, type Given, variablesOf } from './cli/sentOption.ts';
import { normaliseOptions } from './cli/spelling.ts';
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
  .description('one estimate: latency, memory and cost, with what they rest on')
  .action(async (options: Given & OutputOptions) => {
    await answer<EstimateReply>(
      options,
      estimateQuery,
      variablesOf(calculateOptions, options),
      ({ data, refusals }, width) => {
        if (refusals.length > 0) throw new RefusedError(inWords(refusals));
        return estimateReport(data, width);
      },
    );
  });

withOutput(program.command('scenarios'))
  .description('the documented scenarios and the library, each with its answer')
  .action(async (options: OutputOptions) => {
    await answer<ScenariosReply>(options, scenariosQuery, {}, scenariosReport);
  });

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
  CALCULATOR_KEY=llmc_... npm run -s calc -- import ./config.json --name "Acme 7B" --dry-run
  CALCULATOR_KEY=llmc_... npm run -s calc -- import ./llama-bench.json --hardware "RTX 4080"`,
);

process.exitCode = await run();

async function run(): Promise<number> {
  try {
    await program.parseAsync(normaliseOptions(process.argv.slice(2)), { from: 'user' });
    return exitCodes.answered;
  } catch (error) {
    // Commander has printed its line already; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.answered : exitCodes.refused;
    if (error instanceof RefusedError) return fail(error.message, exitCodes.refused);
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

async function answer<Reply>(
  { json, url }: OutputOptions,
  query: string,
  variables: Record<string, unknown>,
  report: (answered: Answered<Reply>, width: number) => string,
  key?: string,
): Promise<void> {
  const print = async (ask: Ask) => {
    const answered = await ask<Reply>(query, variables);
    const { data, refusals } = answered;
    const width = Math.min(process.stdout.columns ?? 100, 120);
    const whole = refusals.length === 0 ? data : { ...data, errors: refusals };
    process.stdout.write(json ? `${JSON.stringify(whole, null, 2)}\n` : report(answered, width));
  };
  if (url !== undefined) return print(askServer(url, key));

  // Loaded only here: asking a running server needs neither database nor schema.
  const { answeringInProcess } = await import('./cli/inProcess.ts');
  await answeringInProcess(process.env, print, key);
}

function fail(message: string, exitCode: number): number {
  process.stderr.write(`error: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  return exitCode;
}
