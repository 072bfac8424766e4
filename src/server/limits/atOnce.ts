import { isRoundFull } from '../../schema/work.ts';

export interface AtOnceLimits {
  /** Questions of all clients, a count. */
  all: number;
  /** Questions of one client, a count. */
  client: number;
}

interface Client {
  answering: number;
  /** Those that wait, the first to come first. */
  waiting: (() => void)[];
}

/** Waiting questions that begin in one round of the event loop, a count: the worst document takes milliseconds to refuse. */
const begunInRound = 4;

/**
 * How many questions are answered at once; the others wait, their bodies unread. Each holds memory until its answer is
 * sent: a body, half an answer. And hundreds that arrive in one round of the event loop begin in several, so that others are
 * heard between them. Clients take turns: one who asks hundreds waits for himself.
 */
export class AtOnce {
  readonly #limits: AtOnceLimits;
  /** Clients with questions; of those that wait, the longest without a turn first. */
  readonly #clients = new Map<string, Client>();
  #answering = 0;
  #waiting = 0;
  #isBeginning = false;

  constructor(limits: AtOnceLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a question: at once (null), or when the promise resolves. */
  enter(client: string): Promise<void> | null {
    const known = this.#clients.get(client) ?? { answering: 0, waiting: [] };
    this.#clients.set(client, known);
    if (this.#waiting === 0 && !isRoundFull() && this.#mayBegin(known)) {
      this.#take(known);
      return null;
    }
    this.#waiting += 1;
    this.#beginSome();
    return new Promise((resolve) => known.waiting.push(resolve));
  }

  /** Gives a place back. */
  leave(client: string): void {
    const known = this.#clients.get(client);
    if (known === undefined) return;
    known.answering -= 1;
    this.#answering -= 1;
    if (known.answering === 0 && known.waiting.length === 0) this.#clients.delete(client);
    this.#beginSome();
  }

  #mayBegin({ answering }: Client): boolean {
    return this.#answering < this.#limits.all && answering < this.#limits.client;
  }

  #take(known: Client): void {
    known.answering += 1;
    this.#answering += 1;
  }

  /** In the next round, and while there are places in those after it. */
  #beginSome(): void {
    if (this.#waiting === 0 || this.#isBeginning) return;
    this.#isBeginning = true;
    setImmediate(() => {
      this.#isBeginning = false;
      let begun = 0;
      while (begun < begunInRound && this.#beginNext()) begun += 1;
      if (begun > 0) this.#beginSome();
    });
  }

  #beginNext(): boolean {
    for (const [client, known] of this.#clients) {
      if (known.waiting.length === 0 || !this.#mayBegin(known)) continue;
      this.#take(known);
      this.#waiting -= 1;
      // To the end of the line: the next place is another client's.
      this.#clients.delete(client);
      this.#clients.set(client, known);
      known.waiting.shift()?.();
      return true;
    }
    return false;
  }
}
