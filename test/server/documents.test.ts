import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from './serverProcess.ts';

// Kept whatever their size, and kept when refused, 600 different documents of 30 KB once ended a server of this heap.
let server: RunningServer;

beforeAll(async () => {
  const environment = { DATABASE_URL: `${temporaryFolder()}/calculator.db`, NODE_OPTIONS: '--max-old-space-size=150' };
  server = await startServer(environment);
});

afterAll(() => server?.stop());

test.each([
  ['answered', '__type(name: "none") { name }'],
  ['refused', 'nowhere(n: 1)'],
])(
  'hundreds of different long documents that are %s take no memory for good',
  { timeout: 60_000 },
  async (_, field) => {
    const fields = Array.from({ length: 240 }, (_, index) => `${'a'.repeat(100)}${index}: ${field}`).join(' ');
    for (let round = 0; round < 400; round++) {
      const response = await fetch(`${server.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ ${fields} } # ${round}` }),
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
    expect(await (await fetch(`${server.origin}/health`)).json()).toEqual({ status: 'ok' });
  },
);
