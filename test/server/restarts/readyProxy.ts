import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often it asks `/ready`, in milliseconds. */
const watchMs = 100;

interface Upstream {
  origin: string;
  agent: Agent;
  ready: boolean;
  watch: NodeJS.Timeout;
}

/**
 * A reverse proxy as people run them: it keeps connections to its servers, sends requests in turn to those that say they
 * are ready, and tries none twice.
 */
export async function readyProxy() {
  const upstreams = new Map<string, Upstream>();
  let turn = 0;

  const server = createServer((incoming, outgoing) => {
    const ready = [...upstreams.values()].filter((upstream) => upstream.ready);
    const upstream = ready[turn++ % ready.length];
    if (upstream === undefined) {
      outgoing.writeHead(502).end('no server is ready');
      return;
    }
    const { method, url, headers } = incoming;
    const { connection: _, ...forwarded } = headers;
    const asked = request(
      `${upstream.origin}${url}`,
      { method, headers: forwarded, agent: upstream.agent },
      (answer) => {
        const { connection: __, ...passed } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 0, passed);
        answer.once('error', () => outgoing.destroy()).pipe(outgoing);
      },
    );
    asked.once('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end(`${upstream.origin}: ${error.message}`);
    });
    incoming.pipe(asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Takes a server in, and resolves when it is ready. */
    add(origin: string): Promise<void> {
      return new Promise((resolve) => {
        const upstream: Upstream = {
          origin,
          agent: new Agent({ keepAlive: true }),
          ready: false,
          watch: setInterval(look, watchMs),
        };
        upstreams.set(origin, upstream);
        function look(): void {
          const asked = request(`${origin}/ready`, { agent: upstream.agent }, (answer) => {
            answer.resume();
            upstream.ready = answer.statusCode === 200;
            if (upstream.ready) resolve();
          });
          asked.once('error', () => {
            upstream.ready = false;
          });
          asked.end();
        }
      });
    },
    remove(origin: string): void {
      const upstream = upstreams.get(origin);
      clearInterval(upstream?.watch);
      upstream?.agent.destroy();
      upstreams.delete(origin);
    },
    async close(): Promise<void> {
      for (const origin of [...upstreams.keys()]) this.remove(origin);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
