import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { kind } from '../../../src/registry/kinds/scenario.ts';

const seeds = (name: string) => new URL(`../../../seeds/${name}/`, import.meta.url);
const readJson = (name: string, file: string) => JSON.parse(readFileSync(new URL(file, seeds(name)), 'utf8'));
const folders: Record<string, string> = {
  model: 'models',
  hardware: 'hardware',
  runtime: 'runtimes',
  'weight-format': 'weight-formats',
};
const files = readdirSync(seeds('scenarios')).filter((name) => name.endsWith('.json'));
const scenarios = files.map((file) => ({ id: basename(file, '.json'), facts: readJson('scenarios', file) }));

test.each(scenarios)('$id is valid and points to profiles which exist', ({ facts }) => {
  const result = kind.schema.safeParse(facts);
  expect(result.error?.issues ?? []).toEqual([]);
  if (!result.success) return;
  const missing = kind.references(result.data).filter(({ kind: of, id }) => {
    return !readdirSync(seeds(folders[of] ?? of)).includes(`${id}.json`);
  });
  expect(missing).toEqual([]);
});

test.each(scenarios)("$id fits into its model's context", ({ facts }) => {
  const { contextTokens: limit } = readJson('models', `${facts.model}.json`);
  expect((facts.contextTokens ?? 0) + facts.promptTokens + facts.outputTokens).toBeLessThanOrEqual(limit);
});

test('the documented three come first, in their order', () => {
  const inOrder = scenarios.toSorted((one, other) => one.facts.order - other.facts.order).map(({ id }) => id);
  expect(inOrder.slice(0, 3)).toEqual(['chatbot', 'batch-summarisation', 'code-generation-api']);
  expect(inOrder.length).toBeGreaterThanOrEqual(11);
  expect(new Set(scenarios.map(({ facts }) => facts.order)).size).toBe(scenarios.length);
});

test.each([
  { id: 'chatbot', model: 'llama-2-7b', hardware: 'nvidia-t4-16gb', outputTokens: 1000, batch: 1 },
  { id: 'batch-summarisation', model: 'llama-2-13b', hardware: 'nvidia-a100-sxm4-80gb', batch: 10 },
  { id: 'code-generation-api', model: 'gpt-4', deployment: 'api', batch: 4 },
  // Azure LLM inference trace 2023.
  { id: 'chat', promptTokens: 1020, outputTokens: 129 },
  { id: 'code-completion', promptTokens: 1469, outputTokens: 13 },
  { id: 'long-context-assistant', promptTokens: 6909, outputTokens: 350 },
  { id: 'rag-question-answering', promptTokens: 3140, outputTokens: 234 },
  { id: 'reasoning', promptTokens: 208, outputTokens: 792 },
  { id: 'agentic-coding-step', contextTokens: 117_000, promptTokens: 870, outputTokens: 220 },
  { id: 'document-summarisation', promptTokens: 4096, outputTokens: 512 },
  { id: 'offline-tagging', promptTokens: 173, outputTokens: 34 },
])('$id has the published token shape', ({ id, ...expected }) => {
  expect(readJson('scenarios', `${id}.json`)).toMatchObject(expected);
});

const scenario = {
  name: 'A scenario',
  description: 'Something somebody does.',
  order: 99,
  model: 'llama-2-7b',
  deployment: 'local',
  hardware: 'nvidia-t4-16gb',
  promptTokens: 0,
  outputTokens: 10,
  batch: 1,
  scheduling: 'static',
  source: 'here',
  sources: { here: { title: 'Nobody', known: 'assumed' } },
};

test.each([
  ['a local deployment without hardware', { hardware: undefined }, 'hardware'],
  ['hardware under an API', { deployment: 'api' }, 'hardware'],
  ['nothing to generate', { outputTokens: 0 }, 'outputTokens'],
  ['half a sequence', { batch: 0.5 }, 'batch'],
  ['a source that is not listed', { source: 'rumour' }, 'source'],
  ['an objective without its source', { objective: { timeToFirstTokenMs: 200, source: 'rumour' } }, 'objective.source'],
])('refuses %s and names the field', (_what, facts, path) => {
  const issues = kind.schema.safeParse({ ...scenario, ...facts }).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
