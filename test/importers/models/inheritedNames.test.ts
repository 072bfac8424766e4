import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImportRefusedError } from '../../../src/importers/importRefused.ts';
import { importHuggingFaceConfig } from '../../../src/importers/models/huggingFaceConfig.ts';
import { kind } from '../../../src/registry/kinds/model.ts';
import { inheritedNames } from '../inheritedNames.ts';

const folder = 'test/importers/models/configs';
const configs = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(`${folder}/${file}`, 'utf8').replaceAll('Infinity', '0')),
);

type Path = readonly string[];

/** Where a configuration has words, which are what tables are asked for. */
function wordsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => wordsIn(inner, [...path, key]));
}

function saying(config: object, path: Path, word: string): object {
  const [first = '', ...rest] = path;
  const copy: object = Array.isArray(config) ? [...config] : { ...config };
  Reflect.set(copy, first, rest.length === 0 ? word : saying(Reflect.get(config, first) ?? {}, rest, word));
  return copy;
}

function refusalOf(config: object): ImportRefusedError | null {
  try {
    const { facts } = importHuggingFaceConfig(JSON.stringify(config), { name: 'a model' });
    kind.schema.parse(facts);
    return null;
  } catch (error) {
    if (error instanceof ImportRefusedError) return error;
    throw error;
  }
}

test('an inherited name in the place of any word of a real config.json is read or refused', () => {
  const places = configs.flatMap((config) => wordsIn(config).map((path) => ({ config, path })));
  fc.assert(
    fc.property(fc.constantFrom(...places), inheritedNames, ({ config, path }, name) => {
      refusalOf(saying(config, path, name));
    }),
    { numRuns: 2000 },
  );
});

describe('an inherited name is refused as any unknown kind', () => {
  const llama = configs.find(({ model_type, quantization_config }) => model_type === 'llama' && !quantization_config);
  const gemma = configs.find(({ model_type }) => model_type === 'gemma3');
  test.each([
    { config: llama, path: ['model_type'] },
    { config: gemma, path: ['text_config', 'model_type'] },
    { config: llama, path: ['torch_dtype'] },
    { config: llama, path: ['quantization_config', 'quant_method'] },
    {
      config: saying(llama, ['quantization_config', 'quant_method'], 'modelopt'),
      path: ['quantization_config', 'quant_algo'],
    },
    {
      config: saying(llama, ['quantization_config', 'quant_method'], 'bitsandbytes'),
      path: ['quantization_config', 'bnb_4bit_quant_type'],
    },
    { config: saying(llama, ['quantization_config', 'quant_method'], 'mlx'), path: ['quantization_config', 'mode'] },
  ])('as $path', ({ config, path }) => {
    fc.assert(
      fc.property(inheritedNames, (name) => {
        expect(refusalOf(saying(config, path, name))?.problems).toContainEqual(
          expect.objectContaining({
            code: 'UNKNOWN_KIND',
            path: path.join('.'),
            message: expect.stringContaining(name),
          }),
        );
      }),
    );
  });
});
