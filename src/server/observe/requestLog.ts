import type { Observer } from './batches.ts';
import type { Observed } from './observed.ts';

export type LogFormat = 'json' | 'text' | 'off';

/** One line a request on stdout, for programs (`json`) or people (`text`). Keys are never in it. */
export function requestLog(format: Exclude<LogFormat, 'off'>, write: (lines: readonly string[]) => void): Observer {
  const inFormat = format === 'json' ? (line: Line) => JSON.stringify(line) : readable;
  return (ended) => write(ended.map((observed) => `${inFormat(lineOf(observed))}\n`));
}

type Line = ReturnType<typeof lineOf>;

function lineOf({ id, address, method, path, time, operation, caller, refusedBy, end }: Observed) {
  return {
    time: new Date(time).toISOString(),
    requestId: id,
    client: address.slice(0, 100),
    method,
    path: path.slice(0, 1000),
    operation,
    nodes: end?.nodes ?? 0,
    estimates: end?.estimates ?? 0,
    milliseconds: Math.round((end?.milliseconds ?? 0) * 100) / 100,
    status: end?.status ?? 0,
    bytes: end?.bytes ?? 0,
    key: caller?.key ?? null,
    refusedBy,
    // JSON leaves undefined out.
    aborted: end?.aborted || undefined,
  };
}

function readable(line: Line): string {
  const { time, client, method, path, operation, estimates, milliseconds, status, bytes, refusedBy, aborted } = line;
  const parts = [
    `${time.slice(11, 23)} ${status} ${method} ${path}`,
    operation,
    `${milliseconds} ms`,
    `${bytes} B`,
    estimates > 0 && `${estimates} estimates`,
    client,
    refusedBy !== null && `refused: ${refusedBy}`,
    aborted && 'client left',
  ];
  return parts.filter((part) => part !== null && part !== false && part !== undefined).join('  ');
}
