import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { requestLimits } from '../limits/limits.ts';
import { allowanceBooks } from '../limits/rateLimit.ts';
import { subscriptionPlaces } from '../limits/subscriptionPlaces.ts';
import type { Settings } from '../settings.ts';
import { onStopSignals } from '../stopSignals.ts';
import { AddedMetrics } from './addedMetrics.ts';
import type { FromPrimary, FromWorker } from './messages.ts';
import { Replacements } from './replacements.ts';

interface Minded {
  worker: Worker;
  /** `performance.now()` when it began to answer; null while it starts. */
  servingSince: number | null;
  /** Clients whose subscriptions it holds, one entry each. */
  subscribers: string[];
}

/**
 * Runs `count` workers on one port until a signal ends them, and replaces those that die. The first starts alone: it fills
 * the database, and what stops it would stop them all. What all share is counted here: allowances, subscriptions, metrics.
 */
export function runWorkers({ workers: count, pointsPerMinute }: Pick<Settings, 'workers' | 'pointsPerMinute'>): void {
  const minded = new Map<number, Minded>();
  const places = subscriptionPlaces(requestLimits.subscriptions);
  const metrics = new AddedMetrics();
  const book = pointsPerMinute === null ? null : allowanceBooks();
  const replacements = new Replacements();
  let everServed = false;
  let allServed = false;
  let stopping = false;

  cluster.setupPrimary({ exec: join(import.meta.dirname, '../../server.ts'), args: [] });
  cluster.on('message', (worker, message: FromWorker) => {
    const one = minded.get(worker.id);
    if (one !== undefined) hear(one, message);
  });
  cluster.on('exit', (worker, code, signal: string | null) => {
    const one = minded.get(worker.id);
    if (one === undefined) return;
    minded.delete(worker.id);
    for (const client of one.subscribers) places.free(client);
    metrics.gone(worker.id);
    if (stopping) endWhenEmpty();
    else buried(one, code, signal);
  });
  onStopSignals({ stop, cut: () => tellAll({ kind: 'cut' }) });
  startOne();

  function startOne(): void {
    if (stopping) return;
    const worker = cluster.fork();
    // It may be gone before a message arrives: its exit says so, once.
    worker.on('error', () => undefined);
    minded.set(worker.id, { worker, servingSince: null, subscribers: [] });
  }

  function buried({ worker, servingSince }: Minded, code: number, signal: string | null): void {
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    if (!everServed) {
      // A failure of the start has said its line.
      if (signal !== null) console.error(`error: the first worker ${how} before it answered`);
      process.exit(code === 0 || signal !== null ? 1 : code);
    }
    const serves = [...minded.values()].some((other) => other.servingSince !== null);
    const pauseMs = replacements.pauseAfter(servingSince === null ? null : performance.now() - servingSince, serves);
    if (pauseMs === null) {
      console.error(`error: worker ${worker.process.pid} ${how} before it answered, as did those before it: giving up`);
      process.exit(1);
    }
    console.error(`worker ${worker.process.pid} ${how}; another starts in ${pauseMs / 1000} s`);
    setTimeout(startOne, pauseMs);
  }

  function hear(one: Minded, message: FromWorker): void {
    switch (message.kind) {
      case 'serving':
        serving(one);
        break;
      case 'spent':
        void book?.(message.spent).then((balances) => tell(one, { kind: 'balances', ask: message.ask, balances }));
        break;
      case 'takePlace': {
        const noPlace = places.take(message.client);
        if (noPlace === null) one.subscribers.push(message.client);
        tell(one, { kind: 'place', ask: message.ask, noPlace });
        break;
      }
      case 'freePlace': {
        const index = one.subscribers.indexOf(message.client);
        if (index < 0) break;
        one.subscribers.splice(index, 1);
        places.free(message.client);
        break;
      }
      case 'metricsPage':
        void sendMetrics(one, message.ask);
        break;
      case 'snapshot':
        metrics.take(one.worker.id, message.ask, message.snapshot);
    }
  }

  function serving(one: Minded): void {
    one.servingSince = performance.now();
    replacements.served();
    if (!everServed) for (let more = 1; more < count; more++) startOne();
    everServed = true;
    if (allServed) console.log(`worker ${one.worker.process.pid} answers`);
    if (allServed || servers().length < count) return;
    allServed = true;
    console.log(
      `${count} workers answer: ${servers()
        .map(({ worker }) => worker.process.pid)
        .join(', ')}`,
    );
  }

  async function sendMetrics(one: Minded, ask: number): Promise<void> {
    const workers = servers().map(({ worker }) => worker.id);
    const text = await metrics.page(workers, (id, snapshotAsk) => {
      const asked = minded.get(id);
      if (asked !== undefined) tell(asked, { kind: 'takeSnapshot', ask: snapshotAsk });
    });
    tell(one, { kind: 'metrics', ask, text });
  }

  function stop(): void {
    stopping = true;
    for (const { worker, servingSince } of minded.values()) {
      // Nobody waits for an answer of one that still starts, and the database bears it.
      if (servingSince === null) worker.process.kill('SIGKILL');
    }
    tellAll({ kind: 'stop' });
    endWhenEmpty();
  }

  function endWhenEmpty(): void {
    if (minded.size === 0) process.exit(0);
  }

  function servers(): Minded[] {
    return [...minded.values()].filter(({ servingSince }) => servingSince !== null);
  }

  function tellAll(message: FromPrimary): void {
    for (const one of minded.values()) tell(one, message);
  }
}

function tell({ worker }: Minded, message: FromPrimary): void {
  if (worker.isConnected()) worker.send(message);
}
