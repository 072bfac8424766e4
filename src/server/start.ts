import cluster from 'node:cluster';
import { readSettings } from './settings.ts';

/**
 * Serves as the environment says, in this process or in several, until a signal ends it. The process that only minds
 * others loads nothing of what they answer with.
 *
 * @throws what cannot be used, before anything is served
 */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(environment);
  if (settings.workers === 1) {
    const [{ serve }, { noPeers }] = await Promise.all([import('./serve.ts'), import('./workers/peers.ts')]);
    await serve(settings, noPeers(settings), environment);
  } else if (cluster.isPrimary) {
    const { runWorkers } = await import('./workers/primary.ts');
    runWorkers(settings);
  } else {
    const { peersOfWorker } = await import('./workers/worker.ts');
    const peers = peersOfWorker(settings);
    const { serve } = await import('./serve.ts');
    await serve(settings, peers, environment);
  }
}
