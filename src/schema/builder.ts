// Loads a folder, which takes a turn of the event loop: every module of the schema waits for it here, so that types keep
// the order in which the modules are imported.
import '../importers/benchmarks/readBenchmarks.ts';
import SchemaBuilder from '@pothos/core';
import type { Context } from './context.ts';

/** No Pothos plugin is loaded: each one wraps every resolver, and the hot query has thirty of them. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    SafeInt: { Input: number; Output: number };
    JSON: { Input: never; Output: unknown };
  };
}>({ defaultFieldNullability: false });

builder.queryType({
  description:
    'Questions about language models on hardware and behind APIs. Start with `{ estimate { summary } }`. ' +
    'Ids are short slugs and may be replaced by any alias; upper and lower case do not matter.',
});
