import { requestLimits } from '../limits/limits.ts';
import { allowanceBooks, RateLimit } from '../limits/rateLimit.ts';
import { type SubscriptionPlaces, subscriptionPlaces } from '../limits/subscriptionPlaces.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Settings } from '../settings.ts';
import { onStopSignals } from '../stopSignals.ts';
import type { LineWriter } from './lineWriter.ts';

/** What a serving process shares with others on the same port. */
export interface Peers {
  readonly rateLimit: RateLimit | null;
  readonly subscriptions: SubscriptionPlaces;
  /** The metrics page of all, from one's own. */
  metricsPage(own: Metrics): Metrics['page'];
  /** Where lines of the log go, each whole. */
  readonly log: LineWriter;
  /** Whether it is this process that says where the server is, and makes the first key. */
  readonly announces: boolean;
  /** Called when requests are answered. */
  serves(): void;
  onStop(stop: { stop(): void; cut(): void }): void;
}

/** A process that serves alone. */
export function noPeers({ pointsPerMinute }: Pick<Settings, 'pointsPerMinute'>): Peers {
  return {
    rateLimit: pointsPerMinute === null ? null : new RateLimit(pointsPerMinute, allowanceBooks()),
    subscriptions: subscriptionPlaces(requestLimits.subscriptions),
    metricsPage: (own) => own.page,
    log: { write: (lines) => process.stdout.write(lines.join('')), written: async () => undefined },
    announces: true,
    serves: () => undefined,
    onStop: onStopSignals,
  };
}
