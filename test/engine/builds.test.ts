import { describe, expect, test } from 'vitest';
import { hasSince, isBefore, usesFlashAttention } from '../../src/engine/builds.ts';
import type { Deployment } from '../../src/engine/shapes.ts';
import { deploymentOf, llama70b, vllm } from './deployments.ts';

const build = (changes: Partial<Deployment>) => deploymentOf(llama70b, 1, changes);

describe('a build is before a limit', () => {
  const limit = { version: '0.14', year: 2025 };

  // Versions are compared number by number: 0.9 is older than 0.14, and 1.0 is newer than both.
  test.each([
    ['0.9', true],
    ['0.13', true],
    ['0.14', false],
    ['0.15', false],
    ['1.0', false],
    ['1.20', false],
  ])('by its version, %s: %s', (runtimeVersion, before) => {
    // The year is not asked where the version is known.
    for (const runtimeYear of [2020, 2030])
      expect(isBefore(build({ runtimeVersion, runtimeYear }), limit)).toBe(before);
  });

  test('with a higher first number, by that one', () => {
    const later = { version: '2.1', year: 2025 };
    expect(isBefore(build({ runtimeVersion: '1.9' }), later)).toBe(true);
    expect(isBefore(build({ runtimeVersion: '2.0' }), later)).toBe(true);
    expect(isBefore(build({ runtimeVersion: '2.1' }), later)).toBe(false);
    expect(isBefore(build({ runtimeVersion: '3.0' }), later)).toBe(false);
  });

  test.each([
    [2024, true],
    [2025, false],
    [2026, false],
  ])('by its year where no version is known, %i: %s', (runtimeYear, before) => {
    expect(isBefore(build({ runtimeYear }), limit)).toBe(before);
  });
});

test('a build has what came in its year or before, and never what never came', () => {
  expect([2022, 2023, 2024].map((runtimeYear) => hasSince(build({ runtimeYear }), 2023))).toEqual([false, true, true]);
  expect(hasSince(build({ runtimeYear: 2030 }), null)).toBe(false);
});

test('flash attention is as switched, else as builds of that year have it', () => {
  const since2023 = { runtime: { ...vllm, flashAttentionSince: 2023 } };
  expect(usesFlashAttention(build({ ...since2023, runtimeYear: 2022 }))).toBe(false);
  expect(usesFlashAttention(build({ ...since2023, runtimeYear: 2023 }))).toBe(true);
  expect(usesFlashAttention(build({ ...since2023, runtimeYear: 2022, flashAttention: true }))).toBe(true);
  expect(usesFlashAttention(build({ ...since2023, runtimeYear: 2024, flashAttention: false }))).toBe(false);
});
