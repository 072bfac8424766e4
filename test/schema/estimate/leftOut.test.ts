import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Answered {
  estimate: { assumptions: { code: string; text: string }[] };
}

describe('what a question leaves out', () => {
  const codesOf = async (query: string, variables?: Record<string, unknown>) => {
    const { estimate } = await calculator.answer<Answered>(query, variables);
    return estimate.assumptions.map(({ code }) => code).filter((code) => /^(DEFAULT|NO)_/.test(code));
  };

  test('is said in assumptions, every default of it', async () => {
    expect(await codesOf('{ estimate { assumptions { code text } } }')).toEqual([
      ...['DEFAULT_MODEL', 'DEFAULT_HARDWARE', 'DEFAULT_TOKENS', 'DEFAULT_BATCH', 'NO_PROMPT'],
      ...['DEFAULT_RUNTIME', 'DEFAULT_KV_CACHE', 'DEFAULT_DEVICES', 'DEFAULT_RUNTIME_YEAR', 'DEFAULT_OFFER'],
    ]);
    expect(await codesOf('{ estimate(model: "GPT-4") { assumptions { code } } }')).toEqual([
      ...['DEFAULT_TOKENS', 'DEFAULT_BATCH', 'NO_PROMPT', 'DEFAULT_DEPLOYMENT', 'DEFAULT_OFFER'],
    ]);
  });

  test('counts an unset variable as left out, and one with a default as given', async () => {
    const query = `query ($tokens: Int, $batch: Int = 1) {
      estimate(model: "7B", hardware: "T4", tokens: $tokens, batch: $batch, promptTokens: 10) { assumptions { code } } }`;
    expect(await codesOf(query)).toContain('DEFAULT_TOKENS');
    expect(await codesOf(query)).not.toContain('DEFAULT_BATCH');
    expect(await codesOf(query, { tokens: 1000 })).not.toContain('DEFAULT_TOKENS');
  });

  test('says nothing where everything is given', async () => {
    const query = `{ estimate(model: "7B", hardware: "L4", tokens: 10, batch: 1, promptTokens: 10, options: {
      runtime: "vllm", runtimeYear: 2026, weights: "fp16", kvCache: "kv-fp16", devices: 1, contextTokens: 5, usdPerHour: 1
    }) { assumptions { code } } }`;
    expect(await codesOf(query)).toEqual([]);
  });
});
