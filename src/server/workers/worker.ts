import cluster from 'node:cluster';
import { type Balances, RateLimit } from '../limits/rateLimit.ts';
import type { NoPlace } from '../limits/subscriptionPlaces.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Settings } from '../settings.ts';
import { lineWriter } from './lineWriter.ts';
import { Asked, type FromPrimary, type FromWorker } from './messages.ts';
import type { Peers } from './peers.ts';

/** One of several processes on a port: what they share it asks the primary. It ends with the primary, by node:cluster. */
export function peersOfWorker({ pointsPerMinute }: Pick<Settings, 'pointsPerMinute'>): Peers {
  const balances = new Asked<Balances>();
  const places = new Asked<NoPlace | null>();
  const pages = new Asked<string>();
  let snapshot: Metrics['snapshot'] | undefined;
  let told: Parameters<Peers['onStop']>[0] | undefined;

  // A signal to the whole group reaches the primary too, which then tells every worker.
  process.on('SIGTERM', () => undefined);
  process.on('SIGINT', () => undefined);
  process.on('message', (message: FromPrimary) => hear(message));

  function hear(message: FromPrimary): void {
    switch (message.kind) {
      case 'stop':
        told?.stop();
        break;
      case 'cut':
        told?.cut();
        break;
      case 'balances':
        balances.answer(message.ask, message.balances);
        break;
      case 'place':
        places.answer(message.ask, message.noPlace);
        break;
      case 'metrics':
        pages.answer(message.ask, message.text);
        break;
      case 'takeSnapshot':
        void snapshot?.().then((metrics) => tell({ kind: 'snapshot', ask: message.ask, snapshot: metrics }));
    }
  }

  return {
    rateLimit:
      pointsPerMinute === null
        ? null
        : new RateLimit(pointsPerMinute, (spent) => balances.ask((ask) => tell({ kind: 'spent', ask, spent }))),
    subscriptions: {
      take: (client) => places.ask((ask) => tell({ kind: 'takePlace', ask, client })),
      free: (client) => tell({ kind: 'freePlace', client }),
    },
    metricsPage(own) {
      snapshot = own.snapshot;
      return async () => ({
        contentType: own.contentType,
        text: await pages.ask((ask) => tell({ kind: 'metricsPage', ask })),
      });
    },
    log: lineWriter(process.stdout),
    // The first starts alone; those that replace a dead one have other numbers.
    announces: cluster.worker?.id === 1,
    serves: () => tell({ kind: 'serving' }),
    onStop(stop) {
      told = stop;
    },
  };
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
