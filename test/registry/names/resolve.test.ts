import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../../src/registry/catalogue/catalogue.ts';
import { AmbiguousNameError, UnknownProfileError } from '../../../src/registry/errors.ts';
import { readModel } from '../../../src/registry/names/modelName.ts';
import { spellings } from '../../../src/registry/names/nameKeys.ts';
import { resolveName, resolvePlain } from '../../../src/registry/names/resolve.ts';
import { openRegistry, type Registry } from '../../../src/registry/registry.ts';

let registry: Registry;
let catalogue: Catalogue;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
  catalogue = registry.catalogue();
});
afterAll(() => registry.close());

type Kind = Parameters<typeof resolveName>[1];

/** Names as they are typed, pasted and printed, by where they are seen; null = must not be taken for any profile. */
const groups: readonly { kind: Kind; seen: string; names: Record<string, string | null> }[] = JSON.parse(
  readFileSync(new URL('names.json', import.meta.url), 'utf8'),
);

function idOf(kind: Kind, typed: string): string | null {
  try {
    return resolveName(catalogue, kind, typed).profile.id;
  } catch (error) {
    if (error instanceof UnknownProfileError) return null;
    throw error;
  }
}

function refusal(kind: Kind, typed: string): UnknownProfileError {
  try {
    resolveName(catalogue, kind, typed, 'here');
  } catch (error) {
    if (error instanceof UnknownProfileError) return error;
    throw error;
  }
  throw new Error(`${typed} was resolved`);
}

describe('names as they are met', () => {
  test.each(groups)('$kind names of $seen lead to what they mean', ({ kind, names }) => {
    const found = Object.fromEntries(Object.keys(names).map((typed) => [typed, idOf(kind, typed)]));
    expect(found).toEqual(names);
  });

  test.each(['model', 'hardware', 'weightFormat', 'runtime', 'scenario'] as const)(
    'every display name, id and alias of a %s leads to it, in any case and with any separators',
    (kind) => {
      const wrong = catalogue[kind].all().flatMap(({ id, name }) => {
        const spelled = [name, name.toUpperCase(), name.replaceAll(' ', '-'), name.replaceAll('-', ' '), id];
        return spelled.filter((typed) => idOf(kind, typed) !== id);
      });
      expect(wrong).toEqual([]);
    },
  );

  test('the display name of an offer leads to its latest row, or to the rows of one day that share it', () => {
    const named = Map.groupBy(catalogue.offer.all(), ({ name }) => name);
    for (const [name, rows] of named) {
      const id = idOf('offer', name);
      if (id !== null) expect(catalogue.offer.get(id).name).toBe(name);
      else expect(refusal('offer', name).suggestions.every((other) => rows.some((row) => row.id === other))).toBe(true);
      if (rows.length === 1) expect(id).toBe(rows[0]?.id);
    }
  });
});

describe('what a name says beside', () => {
  test.each([
    ['8xH100', { devices: 8 }],
    ['DGX H100', { devices: 8 }],
    ['2x DGX H100', { devices: 16 }],
    ['dual RTX 3090s', { devices: 2 }],
    ['p5.48xlarge', { devices: 8 }],
    ['ml.g5.12xlarge', { devices: 4 }],
    ['BM.GPU.H100.8', { devices: 8 }],
    ['gpu_8x_h100_sxm5', { devices: 8 }],
    ['v5p-8', { devices: 4 }],
    ['4×L40S', { devices: 4, profile: { id: 'nvidia-l40s-48gb' } }],
    ['HGX H100 8-GPU', { devices: 8 }],
    ['DGX A100 320GB', { devices: 8, profile: { id: 'nvidia-a100-sxm4-40gb' } }],
    ['Framework Desktop 128GB', { memoryGiB: 128, devices: null }],
    ['H100', { devices: null }],
    ['MacBook Pro M4 Max 64GB', { memoryGiB: 64, devices: null }],
    ['M4 Max 36GB', { memoryGiB: 36 }],
    ['RTX 4090 24GB', { memoryGiB: null }],
  ])('%s', (typed, said) => {
    expect(resolveName(catalogue, 'hardware', typed)).toMatchObject(said);
  });

  test.each([
    ['llama3.3:70b-instruct-q4_K_M', 'q4_K_M'],
    ['Qwen/Qwen3-32B-AWQ', 'AWQ'],
    ['unsloth/gemma-3-27b-it-GGUF', 'GGUF'],
    ['RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', 'FP8-dynamic'],
    ['mlx-community/Qwen3-30B-A3B-4bit', '4bit'],
    ['Qwen/Qwen3-8B', null],
  ])('%s names the weights %s', (typed, format) => {
    expect(resolveName(catalogue, 'model', typed).format).toBe(format);
  });

  test.each(['LM Studio', 'Jan', 'KoboldCpp'])('%s runs llama.cpp', (typed) => {
    expect(resolveName(catalogue, 'runtime', typed)).toMatchObject({ profile: { id: 'llama.cpp' }, literal: false });
  });

  test('a reference that is written down must not lose a count', () => {
    expect(resolvePlain(catalogue, 'hardware', 'NVIDIA H100 80GB HBM3')?.id).toBe('nvidia-h100-sxm-80gb');
    expect(resolvePlain(catalogue, 'hardware', '8xH100')).toBeNull();
  });
});

describe('a size alone', () => {
  test.each([
    ['8b', 'llama-3.1-8b'],
    ['70B', 'llama-3.1-70b'],
    ['8x7b', 'mixtral-8x7b'],
    ['70b-q4_k_m', 'llama-3.1-70b'],
  ])('%s means the best known open model that is called so', (typed, id) => {
    expect(resolveName(catalogue, 'model', typed)).toMatchObject({ profile: { id }, literal: false });
  });

  test('is no name to write down, as what is best known changes', () => {
    expect(resolvePlain(catalogue, 'model', '8b')).toBeNull();
    expect(resolvePlain(catalogue, 'model', 'Llama 3.1 8B')).toMatchObject({ id: 'llama-3.1-8b' });
  });
});

test('no name of a model says another format than its own: who types one means those weights', () => {
  const wrong = catalogue.model.all().flatMap((model) =>
    spellings(model).filter((name) => {
      const { format } = readModel(name);
      return format !== null && catalogue.weightFormat.find(format)?.id !== model.facts.nativeFormat;
    }),
  );
  expect(wrong).toEqual([]);
});

describe('what is refused', () => {
  test.each(['', ' ', '/', 'constructor', '__proto__', 'toString 8x', 'x'.repeat(5000), '8x'.repeat(2000), '🦙 70b'])(
    'nonsense: %s',
    (typed) => {
      for (const kind of ['model', 'hardware', 'weightFormat', 'runtime', 'offer'] as const)
        expect(idOf(kind, typed)).toBeNull();
    },
  );

  test('several are candidates, the best known first, and the error says so', () => {
    const error = refusal('model', 'llama');
    expect(error).toBeInstanceOf(AmbiguousNameError);
    expect(error).toMatchObject({ argument: 'here', value: 'llama' });
    expect(error.suggestions).toHaveLength(5);
    expect(error.suggestions.slice(0, 3)).toContain('llama-3.1-8b');
    expect(error.message).toMatch(/"llama" may be more than one model\. Did you mean/);
  });

  test.each([
    ['model', 'llamma 3.1 8b', 'llama-3.1-8b'],
    ['model', 'mixtrl', 'mixtral-8x7b'],
    ['model', 'qwen3-72b', 'qwen3-32b'],
    ['hardware', 'RTX 5090 Ti', 'nvidia-rtx-5090-32gb'],
    ['hardware', 'RTX 4091', 'nvidia-rtx-4090-24gb'],
    ['runtime', 'vlm', 'vllm'],
    ['weightFormat', 'gguf-q4_k_n', 'gguf-q4_k_m'],
  ] as const)('of a %s, %s offers %s', (kind, typed, expected) => {
    expect(refusal(kind, typed).suggestions).toContain(expected);
  });
});
