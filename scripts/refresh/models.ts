import { isDeepStrictEqual } from 'node:util';
import { importHuggingFaceConfig } from '../../src/importers/models/huggingFaceConfig.ts';
import type { ModelFacts } from '../../src/registry/kinds/model.ts';

/**
 * What a `config.json` says differently about a model of the catalogue: one line a figure. Parameters and extras are
 * left out: a configuration does not hold what the checkpoint adds.
 *
 * @throws ImportRefusedError the file holds something the importer does not know
 */
export function modelChanges(model: { id: string; facts: ModelFacts }, config: string): string[] {
  const now = comparable(importHuggingFaceConfig(config).facts as ModelFacts);
  const was = comparable(model.facts);
  const paths = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
  return paths.flatMap((path) =>
    isDeepStrictEqual(was[path], now[path])
      ? []
      : [`~ ${model.id} ${path}: ${JSON.stringify(was[path] ?? null)} -> ${JSON.stringify(now[path] ?? null)}`],
  );
}

/** Figures that both hold, one path each. */
function comparable({ contextTokens, nativeFormat, architecture }: ModelFacts): Record<string, unknown> {
  const { source: _, extras: __, ...shape } = architecture ?? {};
  return { contextTokens, nativeFormat, ...flattened(shape, 'architecture') };
}

function flattened(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flattened(inner, `${path}.${key}`)));
}
