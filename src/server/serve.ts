import { createServer, type Server } from 'node:http';
import { openCalculator } from './calculator.ts';
import { isLoopback } from './guards.ts';
import { drain, httpListener } from './http.ts';
import { rateLimit } from './limits/rateLimit.ts';
import { listen } from './listen.ts';
import { createMetrics } from './observe/metrics.ts';
import { openTraces } from './observe/openTraces.ts';
import { requestLog } from './observe/requestLog.ts';
import type { Traces } from './observe/traces.ts';
import { readSettings } from './settings.ts';

/** Longest wait for running requests once the server has stopped accepting; orchestrators usually kill after 10 to 30 s. */
const drainMs = 8_000;

/** Longer than the 60 s after which most load balancers drop an idle connection, so that they do it first. */
const keepAliveMs = 65_000;

/** A request's headers must have come by then, and the whole request by then, in milliseconds. */
const headersMs = 20_000;
const requestMs = 60_000;

/** Serves as the environment says, until a signal ends it. @throws what cannot be used, before anything is served */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(environment);
  const traces = await openTraces(environment);
  const calculator = await openCalculator(settings);
  let draining = false;
  const metrics = createMetrics(calculator);
  const listener = httpListener({
    ...calculator,
    notReady: () => (draining ? 'draining' : calculator.notReady()),
    isDraining: () => draining,
    trustedProxies: settings.trustedProxies,
    onlyLoopback: isLoopback(settings.host),
    allowedOrigins: settings.allowedOrigins,
    rateLimit: rateLimit(settings.pointsPerMinute),
    metrics,
    log: requestLog(settings.log),
    traces,
  });
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: requestMs },
    listener,
  );
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
    else void stopServing(server, calculator, traces, settings.shutdownDelayMs);
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

/**
 * Goes on answering for `delayMs`, while `/ready` says no and each answer closes its connection: proxies find another
 * server without losing a request. Then nothing new is accepted.
 */
async function stopServing(
  server: Server,
  calculator: { endSubscriptions(): void; close(): Promise<void> },
  traces: Traces | null,
  delayMs: number,
): Promise<void> {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  calculator.endSubscriptions();
  await drain(server, drainMs);
  await traces?.end();
  await calculator.close();
  process.exit(0);
}
