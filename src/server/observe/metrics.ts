import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer } from './batches.ts';
import type { Observed } from './observed.ts';

/** What an operator watches, in the text format of Prometheus. */
export interface Metrics {
  readonly observe: Observer;
  /** Content type and text of the page. */
  page(): Promise<{ contentType: string; text: string }>;
  /** The figures of the page, as prom-client adds them up. */
  snapshot(): ReturnType<Registry['getMetricsAsJSON']>;
  readonly contentType: string;
}

export interface Watched {
  catalogueRevision(): number;
  /** Subscriptions held by this process, a count. */
  subscriptions(): number;
}

/** Metrics of this process. */
export function createMetrics({ catalogueRevision, subscriptions }: Watched): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Event-loop delay, heap, processor time, open handles.
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'calculator_requests_total',
    help: 'Requests answered, by kind of operation and outcome.',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'calculator_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labelNames: ['operation'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5],
    registers,
  });
  const estimates = new Counter({ name: 'calculator_estimates_total', help: 'Estimates made.', registers });
  const refused = new Counter({
    name: 'calculator_refused_total',
    help: 'Requests refused, by the limit that refused them.',
    labelNames: ['limit'],
    registers,
  });
  new Gauge({
    name: 'calculator_subscriptions',
    help: 'Subscriptions held.',
    registers,
    collect() {
      this.set(subscriptions());
    },
  });
  new Gauge({
    name: 'calculator_catalogue_revision',
    help: 'Revision of the catalogue that answers; its rate is changes a second.',
    registers,
    aggregator: 'max',
    collect() {
      this.set(catalogueRevision());
    },
  });
  return {
    contentType: registry.contentType,
    snapshot: () => registry.getMetricsAsJSON(),
    observe(ended) {
      for (const observed of ended) {
        const { kind, refusedBy, end } = observed;
        const operation = kind ?? 'none';
        requests.inc({ operation, outcome: outcomeOf(observed) });
        if (end !== null) duration.observe({ operation }, end.milliseconds / 1000);
        if (end !== null && end.estimates > 0) estimates.inc(end.estimates);
        if (refusedBy !== null) refused.inc({ limit: refusedBy });
      }
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function outcomeOf({ end, hasErrors, refusedBy }: Observed): string {
  if (end === null || end.aborted) return 'aborted';
  if (end.status >= 500 && refusedBy === null) return 'failed';
  if (end.status >= 400) return 'refused';
  return hasErrors ? 'errors' : 'ok';
}
