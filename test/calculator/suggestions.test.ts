import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Suggestion } from '../../src/calculator/answer.ts';
import { calculate } from '../../src/calculator/calculate.ts';
import type { Question } from '../../src/calculator/question.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../src/engine/errors.ts';
import { UnsupportedError } from '../../src/registry/errors.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

type Asked = Partial<Question> & Pick<Question, 'model' | 'hardware'>;

const questionOf = (asked: Asked): Question => ({ outputTokens: 1000, batch: 1, promptTokens: 0, ...asked });
const answer = (question: Question) => calculate(registry.catalogue(), registry.coefficients, question);
const suggestionsOf = (asked: Asked) => answer(questionOf(asked)).suggestions();

/** The question with what a suggestion says, as a client would put it. */
function followed(question: Question, { changes }: Suggestion): Question {
  const numbers = new Set(['batch', 'outputTokens', 'devices', 'memoryGiB']);
  const values = changes.map(({ field, value }) => [field, numbers.has(field) ? Number(value) : value]);
  return { ...question, ...Object.fromEntries(values) };
}

const headroomBytes = ({ memory }: Answer) => (memory ? memory.usablePerDeviceBytes - memory.perDeviceBytes : 0);
const changesOf = (suggestions: readonly Suggestion[]) => suggestions.map(({ changes }) => changes);

describe('what is suggested', () => {
  test('for a 70B on an RTX 4090: two of them with Q4_K_M, before eight without', () => {
    const suggestions = suggestionsOf({ model: 'llama-3.1-70b', hardware: 'rtx-4090' });
    expect(suggestions[0]).toMatchObject({
      text: 'Use 2 × NVIDIA GeForce RTX 4090 and weights in GGUF Q4_K_M: needs 20.2 of 24.0 GiB on each.',
      changes: [
        { field: 'devices', value: '2' },
        { field: 'weights', value: 'gguf-q4_k_m' },
      ],
    });
    expect(suggestions[0]?.alsoChanges[0]).toBe('llama.cpp runs it instead of vLLM.');
    expect(suggestions[0]?.alsoChanges[1]).toMatch(
      /^A token takes .+ ms where it would take .+ ms if it fitted now\.$/,
    );
    expect(changesOf(suggestions)).toContainEqual([{ field: 'devices', value: '8' }]);
  });

  test('for DeepSeek V3 on eight H100: 4 bits, sixteen, or larger ones, all with vLLM', () => {
    const suggestions = suggestionsOf({ model: 'deepseek-v3', hardware: 'h100', devices: 8 });
    expect(changesOf(suggestions)).toEqual([
      [{ field: 'weights', value: 'awq-int4-g128' }],
      [{ field: 'devices', value: '16' }],
      [{ field: 'hardware', value: 'nvidia-h100-nvl-94gb' }],
    ]);
    for (const { alsoChanges } of suggestions) expect(alsoChanges.join(' ')).not.toContain('instead of');
  });

  test('for a size of memory: the next one that does', () => {
    expect(changesOf(suggestionsOf({ model: 'gpt-oss-120b', hardware: 'strix-halo', memoryGiB: 64 }))).toEqual([
      [{ field: 'memoryGiB', value: '96' }],
    ]);
  });

  test('leaves out what was meant for the old device', () => {
    const asked = { model: 'llama-3.1-70b', hardware: 'apple-m4-max', memoryGiB: 48, usdPerHour: 1 };
    const larger = suggestionsOf(asked).find(({ changes }) => changes[0]?.field === 'hardware');
    expect(larger?.changes.slice(1)).toEqual([
      { field: 'memoryGiB', value: null },
      { field: 'usdPerHour', value: null },
    ]);
  });

  test('never puts more laptops, Macs or desktop processors together', () => {
    for (const hardware of [
      'nvidia-rtx-4090-laptop-16gb',
      'apple-m4-max',
      'nvidia-jetson-agx-orin-64gb',
      'amd-ryzen-9-9950x',
    ]) {
      const fields = changesOf(suggestionsOf({ model: 'llama-3.1-405b', hardware })).flat();
      expect(
        fields.filter(({ field }) => field === 'devices'),
        hardware,
      ).toEqual([]);
    }
  });

  test('is nothing where it fits', () => {
    expect(suggestionsOf({ model: 'llama-3.1-8b', hardware: 'rtx-4090' })).toEqual([]);
  });
});

test('every suggestion, followed, fits with 5 % and half a GiB to spare, and names nothing odd', () => {
  const { hardware, offer } = registry.catalogue();
  const sold = new Set(offer.all().map(({ facts }) => ('hardware' in facts ? facts.hardware : null)));
  const asked = fc.record({
    model: fc.constantFrom(
      'llama-3.1-8b',
      'llama-3.1-70b',
      'deepseek-v3',
      'gpt-oss-120b',
      'qwen3-30b-a3b',
      'mixtral-8x7b',
    ),
    hardware: fc.constantFrom(...hardware.all().map(({ id }) => id)),
    devices: fc.constantFrom(null, 1, 2, 4),
    batch: fc.constantFrom(1, 64, 5000),
    promptTokens: fc.constantFrom(0, 4000, 100_000),
    weights: fc.constantFrom(null, 'bf16', 'gguf-q8_0'),
    runtime: fc.constantFrom(null, null, 'ollama', 'vllm'),
  });
  fc.assert(
    fc.property(asked, (fields) => {
      const question = questionOf(fields);
      for (const suggestion of answerIfAny(question)?.suggestions() ?? []) {
        const after = suggestion.estimate();
        const { memory, deployment, warnings } = answer(followed(question, suggestion));
        expect(after.memory).toEqual(memory);
        if (memory === null || deployment.mode !== 'local') throw new Error('a suggestion runs on hardware');
        expect(memory.fits).toBe(true);
        expect(headroomBytes(after)).toBeGreaterThanOrEqual(Math.max(0.05 * memory.usablePerDeviceBytes, 2 ** 29));
        expect(deployment.runtime.facts.demonstration).toBeUndefined();
        if (deployment.hardware.id === fields.hardware) continue;
        expect(warnings.join(' ')).not.toContain('retired');
        expect(sold, deployment.hardware.id).toContain(deployment.hardware.id);
        expect([deployment.hardware.facts.confidence, deployment.hardware.facts.formFactor]).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/^(low|mobile)$/)]),
        );
      }
    }),
    { numRuns: 250, seed: 11 },
  );
});

/** Null where it is refused; anything else that goes wrong is a bug. */
function answerIfAny(question: Question): Answer | null {
  try {
    return answer(question);
  } catch (error) {
    if ([InvalidWorkloadError, MissingFigureError, UnsupportedError].some((type) => error instanceof type)) return null;
    throw error;
  }
}
