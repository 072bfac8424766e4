import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTimed } from '../../src/calculator/answer.ts';
import { calculate } from '../../src/calculator/calculate.ts';
import { InvalidQuestionError } from '../../src/calculator/errors.ts';
import type { Question } from '../../src/calculator/question.ts';
import type { ResolvedDeployment } from '../../src/calculator/resolve.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

const vllm = { model: 'qwen2.5-7b', hardware: 'nvidia-a100-sxm4-80gb', runtime: 'vllm', weights: 'bf16' };
const llamaCpp = { ...vllm, hardware: 'amd-ryzen-ai-max-395-128gb', runtime: 'llama.cpp', weights: 'gguf-q8_0' };

function answerTo(asked: Partial<Question> & { model: string }) {
  const question = { outputTokens: 128, batch: 1, promptTokens: 100, ...asked };
  const answer = calculate(registry.catalogue(), registry.coefficients, question);
  if (!isTimed(answer)) throw new TypeError('an answer on hardware without its latency');
  return answer;
}

function builds(asked: Partial<Question> & { model: string }) {
  const { runtimeYear, runtimeVersion } = (answerTo(asked).deployment as ResolvedDeployment).engine;
  return [runtimeYear, runtimeVersion];
}

const codes = (asked: Partial<Question> & { model: string }) =>
  answerTo(asked)
    .assumptions()
    .map(({ code }) => code);

describe('a version of the runtime', () => {
  test.each([
    { runtimeVersion: '0.6.3', build: [2024, '0.6'] },
    { runtimeVersion: 'v0.4.2', build: [2024, '0.4'] },
    // Between two measured versions of one year; newer than every measured one.
    { runtimeVersion: '0.5.1', build: [2024, '0.5'] },
    { runtimeVersion: '0.30', build: [2026, '0.30'] },
  ])('$runtimeVersion of vLLM is a build of $build', ({ runtimeVersion, build }) => {
    expect(builds({ ...vllm, runtimeVersion })).toEqual(build);
    expect(codes({ ...vllm, runtimeVersion })).toContain('RUNTIME_VERSION_YEAR');
    expect(codes({ ...vllm, runtimeVersion })).not.toContain('DEFAULT_RUNTIME_YEAR');
  });

  test('with rows of its own is answered by them, one without by its year', () => {
    const rows = (asked: Partial<Question> & { model: string }) =>
      answerTo(asked)
        .basis()
        .coefficients.map(({ row }) => row);
    expect(rows({ ...vllm, runtimeVersion: '0.6.3' })).toContain('vllm|0.6');
    expect(rows({ ...vllm, runtimeYear: 2024 })).not.toContain('vllm|0.6');
    expect(codes({ ...vllm, runtimeVersion: '0.6.3' })).not.toContain('RUNTIME_VERSION_NOT_MEASURED');
    expect(codes({ ...vllm, runtimeVersion: '0.5.1' })).toContain('RUNTIME_VERSION_NOT_MEASURED');
    const ofYear = answerTo({ ...vllm, runtimeYear: 2024, runtimeVersion: '0.30' }).latency;
    expect(answerTo({ ...vllm, runtimeYear: 2024 }).latency).toEqual(ofYear);
  });

  // One A100, BF16, batch 1: Qwen's speed page of November 2024 measured vLLM 0.6.3 alone, and the row is fitted on it.
  test('is nearer to what was measured of it than its year is', () => {
    const asked = { ...vllm, outputTokens: 2048, promptTokens: 1 };
    const measured = registry
      .catalogue()
      .measurement.all()
      .map(({ facts }) => facts)
      .filter(({ model, hardware, set, runtime, weights, promptTokens }) => {
        const same = model === vllm.model && hardware === vllm.hardware && runtime === 'vllm' && weights === 'bf16';
        return same && set === 'qwen2.5-speed' && promptTokens === 1;
      });
    expect(measured.length).toBeGreaterThan(0);
    for (const { metrics } of measured) {
      const rate = metrics.outputTokensPerSecond ?? metrics.decodeTokensPerSecondPerSequence ?? Number.NaN;
      const off = (of: Partial<Question>) =>
        Math.abs(Math.log(2048 / answerTo({ ...asked, ...of }).latency.endToEndSeconds / rate));
      expect(off({ runtimeVersion: '0.6.3' })).toBeLessThan(0.15);
      expect(off({ runtimeVersion: '0.6.3' })).toBeLessThan(off({}));
    }
  });

  test('of a numbered build counts by its year', () => {
    expect(builds({ ...llamaCpp, runtimeVersion: 'b6050' })).toEqual([2025, undefined]);
    expect(answerTo({ ...llamaCpp, runtimeVersion: 'b6050' }).latency).toEqual(
      answerTo({ ...llamaCpp, runtimeYear: 2025 }).latency,
    );
  });

  test.each([
    { runtimeVersion: '0.9', says: '0.6.3 of 2024 and 0.12.0 of 2026' },
    { runtimeVersion: '0.1', says: 'measurements know 0.4' },
    { runtimeVersion: 'main', says: 'must be a version' },
  ])('$runtimeVersion of vLLM is refused without a year: $says', ({ runtimeVersion, says }) => {
    expect(() => answerTo({ ...vllm, runtimeVersion })).toThrow(InvalidQuestionError);
    expect(() => answerTo({ ...vllm, runtimeVersion })).toThrow(says);
  });

  test('between measured ones of two years is answered with a year', () => {
    expect(builds({ ...vllm, runtimeVersion: '0.9', runtimeYear: 2025 })).toEqual([2025, '0.9']);
    expect(() => answerTo({ ...vllm, runtime: 'tgi', runtimeVersion: '2.0' })).toThrow(
      'no measurement states a version',
    );
  });
});
