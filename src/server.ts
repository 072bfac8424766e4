import { createServer, type Server } from 'node:http';
import { isExpectedError, openCalculator } from './server/calculator.ts';
import { drain, httpListener } from './server/http.ts';
import { listen } from './server/listen.ts';
import { readSettings } from './server/settings.ts';

/** Longest wait for running requests after SIGTERM; orchestrators usually kill after 10 to 30 s. */
const drainMs = 8_000;

try {
  await serve();
} catch (error) {
  if (!isExpectedError(error)) throw error;
  process.stderr.write(`error: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const settings = readSettings(process.env);
  const calculator = await openCalculator(settings);
  let draining = false;
  const notReady = () => (draining ? 'draining' : calculator.notReady());
  const server = createServer(httpListener({ ...calculator, notReady }));
  let url: string;
  try {
    url = await listen(server, settings);
  } catch (error) {
    calculator.close();
    throw error;
  }

  const { models, devices } = calculator;
  const seconds = (performance.now() / 1000).toFixed(1);
  console.log(
    `LLM Inference Calculator at ${url}/graphql (${models} models, ${devices} devices, ready in ${seconds} s)`,
  );

  const stop = () => {
    if (draining) return;
    draining = true;
    void stopServing(server, calculator);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function stopServing(server: Server, calculator: { close(): void }): Promise<void> {
  await drain(server, drainMs);
  calculator.close();
  process.exit(0);
}
