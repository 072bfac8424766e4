import type { Socket } from 'node:net';

/**
 * Requests that one connection may send before their answers, a count. Node reads all that are sent, a thousand in one
 * piece; browsers send one, and programs that send more than a few are made for attacks.
 */
const mostAhead = 64;

/** Counts the requests of each connection that wait for their answers. */
export class Pipelines {
  readonly #ahead = new WeakMap<Socket, number>();

  /** False when it is one too many: the connection has been closed. */
  asked(socket: Socket): boolean {
    if (socket.destroyed) return false;
    const ahead = (this.#ahead.get(socket) ?? 0) + 1;
    this.#ahead.set(socket, ahead);
    if (ahead > mostAhead) socket.destroy();
    return ahead <= mostAhead;
  }

  answered(socket: Socket): void {
    this.#ahead.set(socket, (this.#ahead.get(socket) ?? 1) - 1);
  }
}
