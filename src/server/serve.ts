import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { openCalculator } from './calculator.ts';
import { firstKeyLine } from './firstKey.ts';
import { isLoopback } from './guards.ts';
import { drain, httpListener } from './http.ts';
import { HeldPlaces } from './limits/subscriptionPlaces.ts';
import { listen } from './listen.ts';
import { Batches } from './observe/batches.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import { openTraces } from './observe/openTraces.ts';
import { requestLog } from './observe/requestLog.ts';
import type { Settings } from './settings.ts';
import type { Peers } from './workers/peers.ts';

/** Longest wait for running requests once the server has stopped accepting; orchestrators usually kill after 10 to 30 s. */
const drainMs = 8_000;

/** Longer than the 60 s after which most load balancers drop an idle connection, so that they do it first. */
const keepAliveMs = 65_000;

/** A request's headers must have come by then, and the whole request by then, in milliseconds. */
const headersMs = 20_000;
const requestMs = 60_000;

/** Serves in this process until it is told to stop. @throws what cannot be used, before anything is served */
export async function serve(settings: Settings, peers: Peers, environment: NodeJS.ProcessEnv): Promise<void> {
  process.on('unhandledRejection', (reason) => {
    // Of a list of which one item is refused, graphql leaves what waits in the others to itself: no question ends the process.
    if (!(reason instanceof GraphQLError)) console.error(reason);
  });
  const traces = await openTraces(environment);
  const calculator = await openCalculator(settings);
  let draining = false;
  const subscriptions = new HeldPlaces(peers.subscriptions);
  const { catalogueRevision } = calculator;
  const metrics = createMetrics({ catalogueRevision, subscriptions: () => subscriptions.held });
  const ended = new Batches([
    metrics.observe,
    ...(settings.log === 'off' ? [] : [requestLog(settings.log, peers.log.write)]),
    ...(traces === null ? [] : [traces.observe]),
  ]);
  const whole: Metrics = {
    ...metrics,
    snapshot() {
      ended.tell();
      return metrics.snapshot();
    },
  };
  const listener = httpListener({
    ...calculator,
    notReady: async () => (draining ? 'draining' : calculator.notReady()),
    isDraining: () => draining,
    trustedProxies: settings.trustedProxies,
    onlyLoopback: isLoopback(settings.host),
    allowedOrigins: settings.allowedOrigins,
    rateLimit: peers.rateLimit,
    subscriptions,
    metrics: { ...metrics, page: peers.metricsPage(whole) },
    ended,
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

  const hurry = new AbortController();
  peers.onStop({
    stop() {
      draining = true;
      void stopServing(server, calculator, settings.shutdownDelayMs, hurry.signal).then(async () => {
        ended.tell();
        await Promise.all([peers.log.written(), traces?.end()]);
        process.exit(0);
      });
    },
    cut: () => hurry.abort(),
  });

  if (peers.announces) {
    const { models, devices } = calculator;
    const seconds = (performance.now() / 1000).toFixed(1);
    console.log(
      `LLM Inference Calculator at ${url}/graphql (${models} models, ${devices} devices, ready in ${seconds} s)`,
    );
    for (const line of calculator.packReport) console.log(line);
    const firstKey = await calculator.firstKey();
    if (firstKey !== null) {
      console.log(firstKeyLine(firstKey, { databaseUrl: settings.databaseUrl, terminal: process.stdout.isTTY }));
    }
  }
  peers.serves();
}

/**
 * Goes on answering for `delayMs`, while `/ready` says no and each answer closes its connection: proxies find another
 * server without losing a request. Then nothing new is accepted. Aborting `hurry` ends both waits.
 */
async function stopServing(
  server: Server,
  calculator: { endSubscriptions(): void; close(): Promise<void> },
  delayMs: number,
  hurry: AbortSignal,
): Promise<void> {
  const hurried = hurry.aborted ? Promise.resolve() : once(hurry, 'abort');
  void hurried.then(() => server.closeAllConnections());
  if (delayMs > 0) await Promise.race([wait(delayMs), hurried]);
  calculator.endSubscriptions();
  await drain(server, hurry.aborted ? 0 : drainMs);
  await calculator.close();
}
