import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observed } from './observed.ts';

export type LogFormat = 'json' | 'text' | 'off';

/** One line a request on stdout, for programs (`json`) or people (`text`). Keys are never in it. */
export function requestLog(
  format: LogFormat,
  write: (line: string) => void = (line) => process.stdout.write(line),
): (observed: Observed, request: IncomingMessage, response: ServerResponse, bytes: number) => void {
  if (format === 'off') return () => undefined;
  return (observed, request, response, bytes) => {
    const line = {
      time: new Date().toISOString(),
      requestId: observed.id,
      client: observed.client.slice(0, 100),
      method: request.method ?? '',
      path: (request.url ?? '').split('?', 1)[0]?.slice(0, 1000) ?? '',
      operation: observed.operation,
      ...(observed.work?.done ?? { nodes: 0, estimates: 0 }),
      milliseconds: Math.round((performance.now() - observed.began) * 100) / 100,
      status: response.statusCode,
      bytes,
      key: observed.caller?.key ?? null,
      refusedBy: observed.refusedBy,
      // The client left before the whole answer was sent.
      ...(!response.writableFinished && { aborted: true }),
    };
    write(format === 'json' ? `${JSON.stringify(line)}\n` : `${readable(line)}\n`);
  };
}

interface Line {
  time: string;
  client: string;
  method: string;
  path: string;
  operation: string | null;
  estimates: number;
  milliseconds: number;
  status: number;
  bytes: number;
  refusedBy: string | null;
  aborted?: boolean;
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
