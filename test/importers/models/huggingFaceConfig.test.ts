import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImportProblem, ImportRefusedError } from '../../../src/importers/importRefused.ts';
import { importHuggingFaceConfig } from '../../../src/importers/models/huggingFaceConfig.ts';
import { kind, type ModelFacts } from '../../../src/registry/kinds/model.ts';

/** A real config.json, with the public place its figures were read at, and what is published of its model. */
interface Fixture {
  file: string;
  source: string;
  /** The model of the catalogue that is the same one. */
  seed?: string;
  /** Published parameters, where the catalogue states none; a figure in whole millions is rounded. */
  parameters?: number;
  parametersSource?: string;
}

const fixtures: Fixture[] = JSON.parse(readFileSync('test/importers/models/configs.json', 'utf8'));

function textOf(file: string): string {
  return readFileSync(`test/importers/models/configs/${file}.json`, 'utf8');
}

function imported(file: string): ModelFacts {
  const { facts } = importHuggingFaceConfig(textOf(file), { name: file });
  return kind.schema.parse(facts);
}

function seed(id: string): ModelFacts {
  return kind.schema.parse(JSON.parse(readFileSync(`seeds/models/${id}.json`, 'utf8')));
}

function problemsOf(config: object | string): readonly ImportProblem[] {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  try {
    importHuggingFaceConfig(text, { name: 'a model' });
  } catch (error) {
    if (error instanceof ImportRefusedError) return error.problems;
    throw error;
  }
  return [];
}

/** What Python's reader makes of the file, but for its infinities. */
function parsed(file: string) {
  return JSON.parse(textOf(file).replaceAll('Infinity', '0'));
}

function changed(file: string, changes: object): object {
  return { ...parsed(file), ...changes };
}

describe('a real config.json', () => {
  test('is here of at least 60 models and 45 model types, each with its public source', () => {
    const types = new Set(fixtures.map(({ file }) => parsed(file).model_type));
    expect(fixtures.length).toBeGreaterThanOrEqual(60);
    expect(types.size).toBeGreaterThanOrEqual(45);
    expect(fixtures.filter(({ source }) => source.length < 20)).toEqual([]);
  });

  // The catalogue's own total is such a count too, and says nothing about it.
  const published = fixtures.flatMap(({ file, seed: id, parameters }) => {
    const exact = parameters !== undefined && parameters % 1e6 !== 0;
    const stated = parameters ?? (id === undefined ? undefined : seed(id).parameters?.statedTotal);
    return stated === undefined ? [] : [{ file, stated, within: exact ? 0.0001 : 0.01 }];
  });
  test('is here with the published parameters of at least 60 models, most of them to the last one', () => {
    expect(published.length).toBeGreaterThanOrEqual(60);
    expect(published.filter(({ within }) => within < 0.01).length).toBeGreaterThanOrEqual(32);
    expect(fixtures.filter(({ parameters, parametersSource }) => !parameters !== !parametersSource)).toEqual([]);
  });

  test.each(published)('$file counts the published parameters', ({ file, stated, within }) => {
    const counted = imported(file).parameters?.total ?? 0;
    expect(Math.abs(counted / stated - 1)).toBeLessThan(within);
  });

  const known = fixtures.flatMap(({ file, seed: id }) => (id === undefined ? [] : [{ file, id }]));
  test.each(known)('$file is the block stack that the catalogue has for $id', ({ file, id }) => {
    const [read, stored] = [imported(file).architecture, seed(id).architecture];
    expect(read?.blocks).toEqual(expect.arrayContaining(stored?.blocks ?? []));
    expect(read?.blocks.length).toBe(stored?.blocks.length);
    const whole = ['hidden', 'vocabulary', 'tiedEmbeddings', 'parallelBlocks', 'learnedPositions'] as const;
    for (const field of [...whole, 'normVectors', 'outerNormVectors'] as const) {
      expect(read?.[field] ?? defaults[field], field).toBe(stored?.[field] ?? defaults[field]);
    }
  });

  const defaults: Readonly<Record<string, unknown>> = {
    parallelBlocks: false,
    learnedPositions: 0,
    normVectors: 1,
    outerNormVectors: 1,
  };
});

describe('the weight format', () => {
  test.each([
    { file: 'llama-2-7b', format: 'fp16' },
    { file: 'qwen3-8b-fp8', format: 'fp8-e4m3-block128' },
    { file: 'llama-3.1-405b-fp8', format: 'fp8-e4m3-per-tensor' },
    { file: 'gpt-oss-20b', format: 'mxfp4' },
    { file: 'kimi-k2.5', format: 'gptq-int4-g32-sym' },
  ])('of $file is $format', ({ file, format }) => {
    expect(imported(file).nativeFormat).toBe(format);
  });

  test.each([
    {
      quantization_config: { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true },
      format: 'awq-int4-g128',
    },
    {
      quantization_config: { quant_method: 'gptq', bits: 4, group_size: 64, sym: false },
      format: 'gptq-int4-g64-asym',
    },
    { quantization_config: { quant_method: 'gptq', bits: 8, group_size: 128 }, format: 'gptq-int8-g128' },
    { quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true }, format: 'bnb-int8' },
    {
      quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' },
      format: 'nf4',
    },
    { quantization_config: { quant_algo: 'NVFP4' }, format: 'nvfp4' },
    { quantization_config: { group_size: 32, bits: 3 }, format: 'mlx-3bit-g32' },
    { quantization_config: { group_size: 64, bits: 4, mode: 'affine' }, format: 'mlx-4bit-g64' },
    { quantization_config: { group_size: 32, bits: 8, mode: 'mxfp8' }, format: 'mxfp8' },
    {
      quantization_config: {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 8, type: 'int' }, input_activations: { num_bits: 8 } } },
      },
      format: 'int8-w8a8',
    },
  ])('$format is read from quantization_config', ({ quantization_config, format }) => {
    const text = JSON.stringify(changed('llama-2-7b', { quantization_config }));
    expect(importHuggingFaceConfig(text, { name: 'a model' }).facts).toMatchObject({ nativeFormat: format });
  });

  test.each([
    { quantization_config: { quant_method: 'aqlm' }, path: 'quantization_config.quant_method', name: 'aqlm' },
    {
      quantization_config: { quant_method: 'awq', bits: 3, group_size: 128 },
      path: 'quantization_config.group_size',
      name: '3 bits',
    },
    { quantization_config: { bits: 7, group_size: 64 }, path: 'quantization_config.group_size', name: '7 bits' },
    { quantization_config: { quant_algo: 'W4A8_AWQ' }, path: 'quantization_config.quant_algo', name: 'W4A8_AWQ' },
    { torch_dtype: 'float8_e8m0', path: 'torch_dtype', name: 'float8_e8m0' },
  ])('$name is refused by its name', ({ path, name, ...changes }) => {
    const [problem] = problemsOf(changed('llama-2-7b', changes));
    expect(problem).toMatchObject({ code: 'UNKNOWN_KIND', path });
    expect(problem?.message).toContain(name);
  });
});

describe('what is not in the file', () => {
  test('has the documented default of its class, and says so', () => {
    const { assumptions } = importHuggingFaceConfig(textOf('gemma-3-27b'), { name: 'a model' });
    expect(assumptions.join()).toContain('text_config.vocab_size = 262208');
    expect(imported('gemma-3-27b').flags).toEqual(assumptions);
  });

  test('has the default of its own class within an object', () => {
    const text = JSON.stringify(changed('mpt-7b', { attn_config: { model_type: '' } }));
    const { facts, assumptions } = importHuggingFaceConfig(text, { name: 'a model' });
    expect(facts).not.toHaveProperty('architecture.learnedPositions');
    expect(assumptions.join()).toContain('attn_config.alibi = true');
  });

  test('is an error that names the key when no default stands in for it', () => {
    expect(problemsOf({ model_type: 'llama', vocab_size: 32000, num_attention_heads: 32 })).toMatchObject([
      { code: 'MISSING_KEY', path: 'num_hidden_layers' },
      { code: 'MISSING_KEY', path: 'hidden_size' },
    ]);
    const { num_experts_per_tok: _, ...rest } = parsed('dots.llm1');
    expect(problemsOf(rest)).toMatchObject([{ code: 'MISSING_KEY', path: 'num_experts_per_tok' }]);
  });

  test('is neither an id nor a maker of a model that has another name', () => {
    const text = JSON.stringify(changed('llama-2-7b', { _name_or_path: 'acme/acme-7b' }));
    expect(importHuggingFaceConfig(text).facts).toMatchObject({ name: 'acme-7b', huggingFaceId: 'acme/acme-7b' });
    const { facts } = importHuggingFaceConfig(text, { name: 'A fine-tune' });
    expect(facts).toMatchObject({ name: 'A fine-tune', developer: 'not stated' });
    expect(facts).not.toHaveProperty('huggingFaceId');
  });

  test('is no kind of attention where a list says that every layer sees the whole context', () => {
    const layer_types = new Array(92).fill('full_attention');
    expect(problemsOf(changed('glm-4.5', { layer_types }))).toEqual([]);
  });

  test('is the prediction layer that a count leaves out, in a note', () => {
    expect(imported('deepseek-v3').notes?.join()).toContain('multi-token-prediction');
  });
});

describe('an unknown part is refused by its name', () => {
  test.each([
    { name: 'xlstm', path: 'model_type', config: { model_type: 'xlstm' } },
    { name: 'zamba2', path: 'model_type', config: { model_type: 'zamba2' } },
    { name: 'constructor', path: 'model_type', config: { model_type: 'constructor' } },
    { name: 'model_type', path: 'model_type', config: { hidden_size: 64 } },
    {
      name: 'retentive_attention',
      path: 'layer_types[1]',
      config: changed('gpt-oss-20b', { num_hidden_layers: 2, layer_types: ['full_attention', 'retentive_attention'] }),
    },
    {
      name: 'retentive_attention',
      path: 'layer_types[1]',
      config: changed('glm-4.5', { num_hidden_layers: 4, layer_types: ['full_attention', 'retentive_attention'] }),
    },
    {
      name: 'X',
      path: 'hybrid_override_pattern',
      config: changed('nemotron-h-56b', { hybrid_override_pattern: 'MX', num_hidden_layers: 2 }),
    },
    {
      name: 'hyena',
      path: 'block_types[1]',
      config: changed('recurrentgemma-2b', { block_types: ['recurrent', 'hyena'] }),
    },
    {
      name: '2',
      path: 'attn_type_list[0]',
      config: changed('minimax-text-01', { attn_type_list: new Array(80).fill(2) }),
    },
    { name: 'ring', path: 'attn_config.attn_type', config: changed('mpt-7b', { attn_config: { attn_type: 'ring' } }) },
    { name: 'num_experts', path: 'num_experts', config: changed('llama-2-7b', { num_experts: 8 }) },
    { name: 'kv_lora_rank', path: 'kv_lora_rank', config: changed('qwen2.5-7b', { kv_lora_rank: 512 }) },
  ])('$name at $path', ({ name, path, config }) => {
    const problem = problemsOf(config).find((entry) => entry.path === path);
    expect(problem).toBeDefined();
    expect(`${problem?.path} ${problem?.message}`).toContain(name);
  });
});

describe('a text that is no config.json', () => {
  const valid = '{"model_type":"llama"}';
  test.each([
    { what: 'nothing', text: '', code: 'NOT_READABLE', message: /^is empty$/ },
    { what: 'prose', text: 'a model with 7 billion parameters', code: 'NOT_READABLE', message: /^not JSON: / },
    { what: 'a list', text: '[1, 2]', code: 'NOT_READABLE' },
    { what: 'a text cut off', text: valid.slice(0, 12), code: 'NOT_READABLE', message: /^cut off: / },
    { what: '10 MB', text: `{"a":"${'x'.repeat(10_000_000)}"}`, code: 'TOO_LARGE' },
    { what: '10,000 levels', text: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, code: 'TOO_DEEP' },
    { what: '10,000 lists', text: '['.repeat(10_000), code: 'TOO_DEEP' },
    { what: '__proto__', text: '{"model_type":"llama","__proto__":{"hidden_size":64}}', code: 'FORBIDDEN_KEY' },
    { what: 'an escaped __proto__', text: '{"text_config":{"\\u005f_proto__":1}}', code: 'FORBIDDEN_KEY' },
  ])('$what is refused as $code', ({ text, code, message = /./ }) => {
    expect(problemsOf(text)).toMatchObject([{ code, message: expect.stringMatching(message) }]);
  });

  test('may hold Infinity where Python wrote it', () => {
    expect(textOf('nemotron-h-56b')).toContain('Infinity');
    expect(problemsOf('{"model_type":"xlstm","a":[-Infinity, NaN, "NaN"]}')).toMatchObject([{ path: 'model_type' }]);
  });

  test('lists at most 1,000 layers and experts that a stack can have', () => {
    expect(problemsOf(changed('llama-2-7b', { num_hidden_layers: 1e9 }))).toMatchObject([
      { path: 'num_hidden_layers' },
    ]);
  });
});

/** A key taken away, or another value under it, anywhere in a real file. */
const damaged = fc
  .record({
    fixture: fc.constantFrom(...fixtures),
    at: fc.nat(),
    value: fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }), fc.integer()),
  })
  .map(({ fixture, at, value }) => {
    const config = parsed(fixture.file);
    const objects = [config, config.text_config, config.vision_config].filter((part) => typeof part === 'object');
    const target = objects[at % objects.length];
    const keys = Object.keys(target);
    target[keys[at % keys.length] ?? ''] = value;
    return JSON.stringify(config);
  });

test('a damaged file is read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(damaged, fc.json(), fc.string()), (text) => {
      expect(problemsOf(text).every(({ message }) => message.length < 400)).toBe(true);
    }),
    { numRuns: 400 },
  );
});
