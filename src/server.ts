import { keepCompiledCode } from './compileCache.ts';

keepCompiledCode();
const { explainFailure } = await import('./server/failure.ts');
const { start } = await import('./server/start.ts');

try {
  await start(process.env);
} catch (error) {
  const explanation = explainFailure(error);
  if (explanation === null) throw error;
  console.error(`error: ${explanation}`);
  // Not by itself: a worker's channel to its primary would keep it.
  process.exit(1);
}
