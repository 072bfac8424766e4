import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isObjectType,
} from 'graphql';
import { tooExpensive } from './errors.ts';

/** How much one request may ask for while it is executed. */
export interface WorkLimits {
  /** Objects in the answer's lists, a count. */
  nodes: number;
  /** Estimates, or work that takes as long, a count. */
  estimates: number;
  /** Time of the thread, in milliseconds. */
  milliseconds: number;
}

/** Milliseconds of a round that requests may work in; beyond, they wait for turns. */
const roundMs = 10;

/**
 * How often the event loop polls in a round, a count. Node accepts one new connection each time: were there a piece of work
 * between any two, the connection of a probe would stand behind two hundred others for half a minute.
 */
const pollsInRound = 32;

/** Items of a list that are answered in one turn. */
const itemsInTurn = 25;

/**
 * The work of one request: counted while it is done, refused beyond the limits, stopped when the client has left, and done
 * in turns, so that a long request does not hold the thread of all others.
 */
export class Work {
  readonly #limits: WorkLimits;
  readonly #hasLeft: () => boolean;
  #nodes = 0;
  #estimates = 0;
  #lookedUp = 0;
  #milliseconds = 0;
  #turnBegan = 0;
  readonly began = performance.now();
  readonly #waiting: (() => void)[] = [];

  /** @param hasLeft whether nobody waits for the answer any more */
  constructor(limits: WorkLimits, hasLeft: () => boolean = () => false) {
    this.#limits = limits;
    this.#hasLeft = hasLeft;
  }

  /** Estimates that were made, and objects that were listed, counts. */
  get done(): { nodes: number; estimates: number } {
    return { nodes: this.#nodes, estimates: this.#estimates };
  }

  /**
   * Counts a list; true when its items should wait for turns.
   *
   * @throws GraphQLError QUERY_TOO_EXPENSIVE
   */
  list(items: number): boolean {
    this.#nodes += items;
    if (this.#nodes > this.#limits.nodes) throw tooExpensive('nodes', this.#nodes, this.#limits.nodes);
    return items > itemsInTurn || (items > 0 && isRoundFull());
  }

  /**
   * Does something worth so many estimates (none for a page): now, or when it is this request's turn again.
   *
   * @param items of the page that is looked up, a count
   * @throws GraphQLError QUERY_TOO_EXPENSIVE
   */
  do<Result>(estimates: number, make: () => Result, items = 0): Result | Promise<Awaited<Result>> {
    this.#estimates += estimates;
    if (this.#estimates > this.#limits.estimates) {
      throw tooExpensive('estimates', this.#estimates, this.#limits.estimates);
    }
    const begin = () => {
      // All pages of a request are looked up before the items of the first are listed.
      this.#lookedUp += items;
      return make();
    };
    if (this.#waiting.length === 0 && !isRoundFull()) return begin();
    return this.turn().then(begin) as Promise<Awaited<Result>>;
  }

  /** Waits until it is this request's turn. Rejects when its time is over or its client has left. */
  turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        const refusal = this.#refusal();
        if (refusal === null) resolve();
        else reject(refusal);
      });
      waitForTurn(this);
    });
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether it has had little of the thread yet, and holds little of an answer. */
  get isShort(): boolean {
    return this.#milliseconds <= shortMs && Math.max(this.#nodes, this.#lookedUp) <= shortItems;
  }

  begin(): void {
    this.#turnBegan = performance.now();
    // The newest first: a page that has been looked up is answered before the next one is, so that few are held.
    if (this.#refusal() === null) this.#waiting.pop()?.();
    else for (const refused of this.#waiting.splice(0)) refused();
  }

  end(): void {
    this.#milliseconds += performance.now() - this.#turnBegan;
  }

  #refusal(): GraphQLError | null {
    // Of GraphQL's own kind: other errors are logged as bugs, with their stacks.
    if (this.#hasLeft()) return new GraphQLError('The client has left.');
    if (this.#milliseconds <= this.#limits.milliseconds) return null;
    return tooExpensive('milliseconds', Math.ceil(this.#milliseconds), this.#limits.milliseconds);
  }
}

/** When the present round began to work; null before it has. All requests that arrive together share it. */
let roundBegan: number | null = null;

/** Whether this round has been worked in for as long as it may. */
export function isRoundFull(): boolean {
  if (roundBegan !== null) return performance.now() - roundBegan > roundMs;
  roundBegan = performance.now();
  inNextRound(() => {
    roundBegan = null;
  });
  return false;
}

/** Does something when everybody else has been heard. */
export function inNextRound(action: () => void, polls = pollsInRound): void {
  setImmediate(polls > 1 ? () => inNextRound(action, polls - 1) : action);
}

/**
 * Requests with something left to do, the oldest first. One turn a round: between two, everybody else is
 * served. Every other turn is the oldest one's, so that long requests end one after another and do not all hold half an
 * answer in memory; the rest belong to requests that have had little yet.
 */
const inLine: Work[] = [];
let running: Work | null = null;
let oldestsTurn = true;

/** A request that has had no more than this is a short one, in milliseconds. */
const shortMs = 5;

/** Nor does it hold more items, a count: dozens of requests that each held a tenth of a long answer filled the heap. */
const shortItems = 100;

function waitForTurn(work: Work): void {
  if (inLine.includes(work)) return;
  // Back to its place: whoever began earlier is done earlier.
  const place = inLine.findLastIndex(({ began }) => began <= work.began) + 1;
  inLine.splice(place, 0, work);
  if (inLine.length === 1 && running === null) inNextRound(nextTurn);
}

function nextTurn(): void {
  oldestsTurn = !oldestsTurn;
  const [oldest] = inLine;
  const short = oldestsTurn ? undefined : inLine.find((work) => work.isShort && work.isWaiting);
  running = short ?? oldest ?? null;
  if (running === null) return;
  running.begin();
  setImmediate(endTurn, running);
}

/** What a turn set in motion has run until here. */
function endTurn(work: Work): void {
  work.end();
  if (!work.isWaiting) inLine.splice(inLine.indexOf(work), 1);
  inNextRound(nextTurn);
}

/** How many estimates a field is worth, as an extension of the field: `t.field({ ...worth(1) })`. */
export function worth(estimates: number): { extensions: { estimates: number } } {
  return { extensions: { estimates } };
}

export function estimatesOf({ extensions: { estimates } }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number {
  return typeof estimates === 'number' ? estimates : 0;
}

/** Fields that list objects or make estimates count their work. The others, nearly all, stay as they are. */
export function countWork(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type) || type === schema.getSubscriptionType()) continue;
    for (const field of Object.values(type.getFields())) {
      if (isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type))) countItems(field);
      if (estimatesOf(field) > 0 || isPage(field)) doInTurn(field);
    }
  }
  return schema;
}

type Field = GraphQLField<unknown, { work: Work }>;

/** A page is looked up before its items are listed: that takes time and memory too. */
function isPage({ args }: Pick<Field, 'args'>): boolean {
  return args.some(({ name }) => name === 'first');
}

function doInTurn(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  const estimates = estimatesOf(field);
  field.resolve = refusingLater((source, args, context, info) =>
    context.work.do(estimates, () => resolve(source, args, context, info), pageSize(args)),
  );
}

function pageSize({ first }: { readonly first?: unknown }): number {
  return typeof first === 'number' ? first : 0;
}

type Resolve = NonNullable<Field['resolve']>;

/**
 * A resolver that never throws at once. Where one item of a list throws, graphql-js leaves those before it to themselves:
 * were they waiting for turns, nobody would hear of their refusals, and Node ends a process for that.
 */
function refusingLater(resolve: Resolve): Resolve {
  return (...parameters) => {
    try {
      return resolve(...parameters);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

function countItems(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = refusingLater((source, args, context, info) => {
    const items: unknown = resolve(source, args, context, info);
    return items instanceof Promise
      ? items.then((known) => inTurns(known, context.work))
      : inTurns(items, context.work);
  });
}

/** A long list, and any list of a request that has held the thread for long, answers some items a turn. */
function inTurns(items: unknown, work: Work): unknown {
  if (!Array.isArray(items) || !work.list(items.length)) return items;
  let turn = work.turn();
  return items.map((item, index) => {
    if (index > 0 && index % itemsInTurn === 0) turn = work.turn();
    return turn.then(() => item);
  });
}
