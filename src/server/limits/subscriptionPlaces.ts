export interface SubscriptionLimits {
  /** Held by one server, a count. */
  all: number;
  /** Held by one address, a count. */
  client: number;
}

/** Who holds as many as may be held, and how many those are. */
export interface NoPlace {
  holder: keyof SubscriptionLimits;
  most: number;
}

/** The subscriptions that are held, by whom. */
export interface SubscriptionPlaces {
  /** Takes a place for the client; says why there is none. */
  take(client: string): NoPlace | null | Promise<NoPlace | null>;
  /** Gives back a place that was taken. */
  free(client: string): void;
}

/** Places counted in this process. */
export function subscriptionPlaces({ all, client: ofClient }: SubscriptionLimits) {
  const held = new Map<string, number>();
  let total = 0;
  return {
    take(client: string): NoPlace | null {
      const holds = held.get(client) ?? 0;
      if (holds >= ofClient) return { holder: 'client', most: ofClient };
      if (total >= all) return { holder: 'all', most: all };
      total += 1;
      held.set(client, holds + 1);
      return null;
    },
    free(client: string): void {
      const left = (held.get(client) ?? 0) - 1;
      if (left < 0) return;
      total -= 1;
      if (left > 0) held.set(client, left);
      else held.delete(client);
    },
  } satisfies SubscriptionPlaces;
}

/** Places of others, and how many of them this process holds. */
export class HeldPlaces implements SubscriptionPlaces {
  readonly #places: SubscriptionPlaces;
  held = 0;

  constructor(places: SubscriptionPlaces) {
    this.#places = places;
  }

  async take(client: string): Promise<NoPlace | null> {
    const noPlace = await this.#places.take(client);
    if (noPlace === null) this.held += 1;
    return noPlace;
  }

  free(client: string): void {
    this.held -= 1;
    this.#places.free(client);
  }
}
