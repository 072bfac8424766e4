import type { IncomingMessage } from 'node:http';
import { inNextRound, isRoundFull } from '../../schema/work.ts';

export interface AtOnceLimits {
  /** Questions of all clients, a count. */
  all: number;
  /** Questions of one client, a count. */
  client: number;
  /** While others wait, a question whose body has not arrived for this long is dropped, in milliseconds. */
  arrivingMilliseconds: number;
}

interface Client {
  /** Questions in their places, and when each took it, in milliseconds of `performance.now()`. */
  readonly answering: Map<IncomingMessage, number>;
  /** Those that wait, the first to come first. */
  readonly waiting: Waiting[];
}

interface Waiting {
  request: IncomingMessage;
  begin(): void;
}

/** How often places are looked at while questions wait, in milliseconds. */
const sweepMs = 250;

/** Waiting questions that begin in one round, a count: the worst document takes milliseconds to refuse. */
const begunInRound = 4;

/**
 * How many questions are answered at once; the others wait, their bodies unread. Each holds memory until its answer is
 * sent: a body, half an answer. And hundreds that arrive in one round begin in several, so that others are
 * heard between them. Clients take turns: one who asks hundreds waits for himself. And a body that hardly comes keeps its
 * place only while nobody waits for one: behind a proxy that is not named, all the world is one client.
 */
export class AtOnce {
  readonly #limits: AtOnceLimits;
  /** Clients with questions; of those that wait, the longest without a turn first. */
  readonly #clients = new Map<string, Client>();
  #answering = 0;
  #waiting = 0;
  #isBeginning = false;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(limits: AtOnceLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a question: at once (null), or when the promise resolves. */
  enter(client: string, request: IncomingMessage): Promise<void> | null {
    const known: Client = this.#clients.get(client) ?? { answering: new Map(), waiting: [] };
    this.#clients.set(client, known);
    if (this.#waiting === 0 && !isRoundFull() && this.#mayBegin(known)) {
      this.#take(known, request);
      return null;
    }
    this.#waiting += 1;
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs).unref();
    this.#beginSome();
    return new Promise((begin) => known.waiting.push({ request, begin }));
  }

  /** Gives a place back. */
  leave(client: string, request: IncomingMessage): void {
    const known = this.#clients.get(client);
    if (!known?.answering.delete(request)) return;
    this.#answering -= 1;
    if (known.answering.size === 0 && known.waiting.length === 0) this.#clients.delete(client);
    this.#beginSome();
  }

  #mayBegin({ answering }: Client): boolean {
    return this.#answering < this.#limits.all && answering.size < this.#limits.client;
  }

  #take(known: Client, request: IncomingMessage): void {
    known.answering.set(request, performance.now());
    this.#answering += 1;
  }

  /** Drops questions whose bodies do not arrive. */
  #sweep(): void {
    if (this.#waiting === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
      return;
    }
    const oldest = performance.now() - this.#limits.arrivingMilliseconds;
    for (const { answering } of this.#clients.values()) {
      for (const [request, began] of answering) {
        if (!request.complete && began < oldest) request.destroy(new Error('The body did not arrive.'));
      }
    }
  }

  /** In the next round, and while there are places in those after it. */
  #beginSome(): void {
    if (this.#waiting === 0 || this.#isBeginning) return;
    this.#isBeginning = true;
    inNextRound(() => {
      this.#isBeginning = false;
      let begun = 0;
      while (begun < begunInRound && this.#beginNext()) begun += 1;
      if (begun > 0) this.#beginSome();
    });
  }

  #beginNext(): boolean {
    for (const [client, known] of this.#clients) {
      if (!this.#mayBegin(known)) continue;
      const [next] = known.waiting.splice(0, 1);
      if (next === undefined) continue;
      this.#take(known, next.request);
      this.#waiting -= 1;
      // To the end of the line: the next place is another client's.
      this.#clients.delete(client);
      this.#clients.set(client, known);
      next.begin();
      return true;
    }
    return false;
  }
}
