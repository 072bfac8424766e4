import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Balances, Spent } from '../limits/rateLimit.ts';
import type { NoPlace } from '../limits/subscriptionPlaces.ts';

/** The metrics of one process, as prom-client adds them up. */
export type Snapshot = MetricObjectWithValues<MetricValue<string>>[];

/** What a worker tells or asks the primary; an `ask` is repeated in its answer. */
export type FromWorker =
  | { kind: 'serving' }
  | { kind: 'spent'; ask: number; spent: Spent }
  | { kind: 'takePlace'; ask: number; client: string }
  | { kind: 'freePlace'; client: string }
  | { kind: 'metricsPage'; ask: number }
  | { kind: 'snapshot'; ask: number; snapshot: Snapshot };

export type FromPrimary =
  | { kind: 'stop' }
  | { kind: 'cut' }
  | { kind: 'balances'; ask: number; balances: Balances }
  | { kind: 'place'; ask: number; noPlace: NoPlace | null }
  | { kind: 'metrics'; ask: number; text: string }
  | { kind: 'takeSnapshot'; ask: number };

/** Questions whose answers come later. */
export class Asked<Answer> {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  ask(send: (ask: number) => void): Promise<Answer> {
    const ask = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(ask, resolve);
      send(ask);
    });
  }

  answer(ask: number, answer: Answer): void {
    this.#waiting.get(ask)?.(answer);
    this.#waiting.delete(ask);
  }
}
