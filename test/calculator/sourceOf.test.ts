import { expect, test } from 'vitest';
import { sourceOf } from '../../src/calculator/evidence/sourceOf.ts';

const of = (page: { url?: string; citation?: string }) =>
  sourceOf({ source: 'page', sources: { page: { title: 'A page', known: 'measured', ...page } } });

test('all files of a repository are one source, whatever their revision', () => {
  const early = of({ url: 'https://github.com/NVIDIA/TensorRT-LLM/blob/v0.5.0/docs/source/performance.md' });
  expect(of({ url: 'https://github.com/NVIDIA/TensorRT-LLM/blob/v1.2/docs/perf.md' })).toBe(early);
  expect(of({ url: 'https://github.com/NVIDIA/FasterTransformer/blob/main/docs/gpt_guide.md' })).not.toBe(early);
});

test('a thread is a source by itself: others write in the next one', () => {
  const threads = ['discussions/15013', 'discussions/15021', 'pull/4766', 'issues/4766'];
  const sources = threads.map((thread) => of({ url: `https://github.com/ggml-org/llama.cpp/${thread}` }));
  expect(new Set(sources).size).toBe(threads.length);
  expect(sources).not.toContain(of({ url: 'https://github.com/ggml-org/llama.cpp/blob/master/README.md' }));
});

test('a site is a source, with or without www', () => {
  expect(of({ url: 'https://www.jetson-ai-lab.com/benchmarks.html' })).toBe(of({ url: 'https://jetson-ai-lab.com/x' }));
});

test('without a page the citation is', () => {
  expect(of({ citation: 'Own benchmark, recorded 2026-11-25.' })).toBe('Own benchmark, recorded 2026-11-25.');
  expect(of({})).toBe('page');
});
