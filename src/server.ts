import { keepCompiledCode } from './compileCache.ts';

keepCompiledCode();
const { explainFailure } = await import('./server/failure.ts');
const { serve } = await import('./server/serve.ts');

try {
  await serve(process.env);
} catch (error) {
  const explanation = explainFailure(error);
  if (explanation === null) throw error;
  console.error(`error: ${explanation}`);
  process.exitCode = 1;
}
