import { AggregatorRegistry } from 'prom-client';
import type { Snapshot } from './messages.ts';

/** A worker that is busy for longer is taken as it was the last time, in milliseconds. */
const patienceMs = 1000;

interface Gathering {
  missing: Set<number>;
  done(): void;
}

/**
 * Adds the metrics of workers up. What a worker counted stays in the sums when it is gone: to whoever watches them, a
 * sum that falls is a server that has started anew.
 */
export class AddedMetrics {
  readonly #latest = new Map<number, Snapshot>();
  readonly #gatherings = new Map<number, Gathering>();
  #gone: Promise<Snapshot> = Promise.resolve([]);
  #last = 0;

  /** The page of all workers now; `request` asks one of them for its snapshot. */
  async page(workers: readonly number[], request: (worker: number, ask: number) => void): Promise<string> {
    const ask = ++this.#last;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#gatherings.set(ask, { missing: new Set(workers), done });
      for (const worker of workers) request(worker, ask);
    });
    this.#gatherings.delete(ask);
    return AggregatorRegistry.aggregate([await this.#gone, ...this.#latest.values()]).metrics();
  }

  take(worker: number, ask: number, snapshot: Snapshot): void {
    this.#latest.set(worker, snapshot.map(slowestCounts));
    this.#arrived(worker, ask);
  }

  gone(worker: number): void {
    const last = this.#latest.get(worker) ?? [];
    this.#latest.delete(worker);
    for (const ask of this.#gatherings.keys()) this.#arrived(worker, ask);
    const counted = last.filter(({ type }) => String(type) !== 'gauge');
    this.#gone = this.#gone.then((before) => AggregatorRegistry.aggregate([before, counted]).getMetricsAsJSON());
  }

  #arrived(worker: number, ask: number): void {
    const gathering = this.#gatherings.get(ask);
    if (gathering === undefined) return;
    gathering.missing.delete(worker);
    if (gathering.missing.size === 0) gathering.done();
  }
}

/** prom-client takes the mean of delays: one worker that hangs would be hidden by those that do not. */
function slowestCounts(metric: Snapshot[number]): Snapshot[number] {
  return /^nodejs_eventloop_lag_(p\d+_)?seconds$/.test(metric.name) ? { ...metric, aggregator: 'max' } : metric;
}
