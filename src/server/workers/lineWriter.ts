import type { Writable } from 'node:stream';

export interface LineWriter {
  write(lines: readonly string[]): void;
  /** Resolves when everything has been written. */
  written(): Promise<void>;
}

/** What a pipe takes whole or not at all (PIPE_BUF of Linux), in bytes: between such writes others may write. */
const wholeBytes = 4096;

/**
 * Writes lines to a stream that other processes write to as well, so that none is torn: at most `wholeBytes` at a time,
 * and the next only when those have been taken, for a stream that waits joins what it holds.
 */
export function lineWriter(stream: Writable): LineWriter {
  const lines: string[] = [];
  const waiters: (() => void)[] = [];
  let writing = false;
  const next = () => {
    writing = lines.length > 0;
    if (writing) stream.write(lines.splice(0, countWithin(lines, wholeBytes)).join(''), next);
    else for (const done of waiters.splice(0)) done();
  };
  return {
    write(added) {
      lines.push(...added);
      if (!writing) next();
    },
    written: () => (writing ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
  };
}

/** How many of the first lines fit, at least one. */
function countWithin(lines: readonly string[], bytes: number): number {
  let used = 0;
  const tooMany = lines.findIndex((line) => {
    used += Buffer.byteLength(line);
    return used > bytes;
  });
  return tooMany < 0 ? lines.length : Math.max(1, tooMany);
}
