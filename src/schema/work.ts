import {
  defaultFieldResolver,
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

/** Milliseconds that a request may hold the thread before others get a turn. */
const sliceMs = 10;

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
  #milliseconds = 0;
  #sliceBegan = performance.now();
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
    return items > itemsInTurn || (items > 0 && this.#isTired());
  }

  /**
   * Does something worth `estimates` estimates: now, or when it is this request's turn again.
   *
   * @throws GraphQLError QUERY_TOO_EXPENSIVE
   */
  estimate<Result>(estimates: number, make: () => Result): Result | Promise<Awaited<Result>> {
    this.#estimates += estimates;
    if (this.#estimates > this.#limits.estimates) {
      throw tooExpensive('estimates', this.#estimates, this.#limits.estimates);
    }
    if (this.#waiting.length === 0 && !this.#isTired()) return make();
    return this.turn().then(make) as Promise<Awaited<Result>>;
  }

  /** Waits until it is this request's turn. Rejects when its time is over or its client has left. */
  turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        const refusal = this.#refusal();
        if (refusal === null) resolve();
        else reject(refusal);
      });
      if (this.#waiting.length === 1) waitForTurn(this);
    });
  }

  /** Begins the next turn; false when nothing waits any more. */
  begin(): boolean {
    this.#sliceBegan = performance.now();
    this.#waiting.shift()?.();
    return this.#waiting.length > 0;
  }

  end(): void {
    this.#milliseconds += performance.now() - this.#sliceBegan;
  }

  #isTired(): boolean {
    return performance.now() - this.#sliceBegan > sliceMs;
  }

  #refusal(): Error | null {
    if (this.#hasLeft()) return new DOMException('The client has left.', 'AbortError');
    if (this.#milliseconds <= this.#limits.milliseconds) return null;
    return tooExpensive('milliseconds', Math.ceil(this.#milliseconds), this.#limits.milliseconds);
  }
}

/** Requests with something to do, the next one first. One turn an event-loop round: between two, everybody else is served. */
const inLine: Work[] = [];
let running: Work | null = null;

function waitForTurn(work: Work): void {
  inLine.push(work);
  if (inLine.length === 1 && running === null) setImmediate(nextTurn);
}

function nextTurn(): void {
  // What a turn set in motion has run until here.
  running?.end();
  running = inLine.shift() ?? null;
  if (running === null) return;
  if (running.begin()) inLine.push(running);
  setImmediate(nextTurn);
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
      if (estimatesOf(field) > 0) countEstimates(field);
    }
  }
  return schema;
}

type Field = GraphQLField<unknown, { work: Work }>;

function countEstimates(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  const estimates = estimatesOf(field);
  field.resolve = (source, args, context, info) =>
    context.work.estimate(estimates, () => resolve(source, args, context, info));
}

function countItems(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, context, info) => {
    const items: unknown = resolve(source, args, context, info);
    return items instanceof Promise
      ? items.then((known) => inTurns(known, context.work))
      : inTurns(items, context.work);
  };
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
