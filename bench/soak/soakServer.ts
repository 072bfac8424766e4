/** The server of bench/soak/soak.ts: as `npm start` runs it, and it tells its heap after a collection when asked. */
import { setImmediate as turn } from 'node:timers/promises';

process.on('message', async () => {
  // Twice: what finalisers let go of in the first is free in the second.
  for (let round = 0; round < 2; round++) {
    await turn();
    globalThis.gc?.();
  }
  process.send?.(process.memoryUsage().heapUsed);
});

await import('../../src/server.ts');
