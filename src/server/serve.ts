import { createServer, type Server } from 'node:http';
import { openCalculator } from './calculator.ts';
import { drain, httpListener } from './http.ts';
import { listen } from './listen.ts';
import { readSettings } from './settings.ts';

/** Longest wait for running requests after SIGTERM; orchestrators usually kill after 10 to 30 s. */
const drainMs = 8_000;

/** Serves as the environment says, until a signal ends it. @throws what cannot be used, before anything is served */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(environment);
  const calculator = await openCalculator(settings);
  let draining = false;
  const notReady = () => (draining ? 'draining' : calculator.notReady());
  const server = createServer(httpListener({ ...calculator, notReady }));
  let url: string;
  try {
    url = await listen(server, settings);
  } catch (error) {
    await calculator.close();
    throw error;
  }

  const stop = () => {
    // A second signal does not wait for anybody.
    if (draining) server.closeAllConnections();
    else void stopServing(server, calculator);
    draining = true;
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { models, devices } = calculator;
  const seconds = (performance.now() / 1000).toFixed(1);
  console.log(
    `LLM Inference Calculator at ${url}/graphql (${models} models, ${devices} devices, ready in ${seconds} s)`,
  );
  for (const line of calculator.packReport) console.log(line);
  const firstKey = await calculator.firstKey();
  if (firstKey !== null) {
    console.log(`Key for writing, shown only this once (npm run key makes and revokes others): ${firstKey}`);
  }
}

async function stopServing(
  server: Server,
  calculator: { endSubscriptions(): void; close(): Promise<void> },
): Promise<void> {
  calculator.endSubscriptions();
  await drain(server, drainMs);
  await calculator.close();
  process.exit(0);
}
