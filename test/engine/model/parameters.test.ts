import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture, BlockGroup, ExpertFeedForward } from '../../../src/engine/model/architecture.ts';
import type { Attention } from '../../../src/engine/model/attention/attention.ts';
import {
  countParameters,
  expertsPerToken,
  matricesOfLayer,
  vectorsOfLayer,
} from '../../../src/engine/model/parameters.ts';
import { kind } from '../../../src/registry/kinds/model.ts';

function architectureOf(id: string): Architecture {
  const facts = kind.schema.parse(JSON.parse(readFileSync(`seeds/models/${id}.json`, 'utf8')));
  const { architecture } = kind.toEngine(id, facts);
  if (architecture === null) throw new Error(`${id} has no architecture`);
  return architecture;
}

const llama: Architecture = {
  hidden: 4096,
  vocabulary: 32_000,
  tiedEmbeddings: false,
  learnedPositions: 0,
  parallelBlocks: false,
  normVectors: 1,
  blocks: [
    {
      layers: 32,
      attention: { kind: 'grouped-query', heads: 32, kvHeads: 32, headDim: 128 },
      feedForward: { kind: 'gated', intermediate: 11_008 },
    },
  ],
  extras: [],
};

describe('parameters counted from the blocks', () => {
  // Totals that the safetensors index on Hugging Face shows for each repository, as collected in
  // AlexsJones/llmfit hf_models.json (commit 5bdc9df9). Exact: no tolerance.
  test.each([
    { model: 'llama-3.1-8b', total: 8_030_261_248 },
    { model: 'llama-3.1-405b', total: 405_853_388_800 },
    { model: 'llama-3.2-1b', total: 1_235_814_400 },
    { model: 'mistral-7b-v0.3', total: 7_248_023_552 },
    { model: 'mixtral-8x7b', total: 46_702_792_704 },
    { model: 'qwen2.5-0.5b', total: 494_032_768 },
    { model: 'qwen2.5-72b', total: 72_706_203_648 },
    { model: 'qwen2-57b-a14b', total: 57_408_658_944 },
    { model: 'qwen3-235b-a22b', total: 235_093_634_560 },
    { model: 'qwen3-next-80b-a3b', total: 79_674_391_296 },
    { model: 'gemma-2-27b', total: 27_227_128_320 },
    { model: 'gemma-3-1b', total: 999_885_952 },
    { model: 'phi-2', total: 2_779_683_840 },
    { model: 'phi-3-mini-4k', total: 3_821_079_552 },
    { model: 'gpt-neox-20b', total: 20_554_567_680 },
    { model: 'starcoder2-3b', total: 3_030_371_328 },
    { model: 'command-r7b', total: 8_028_033_024 },
    { model: 'glm-4-9b-0414', total: 9_400_279_040 },
    { model: 'olmo-2-32b', total: 32_234_279_936 },
    { model: 'olmoe-1b-7b', total: 6_919_161_856 },
    { model: 'deepseek-v2', total: 235_741_434_880 },
    { model: 'deepseek-v2-lite', total: 15_706_484_224 },
    { model: 'gpt-oss-20b', total: 20_914_757_184 },
    { model: 'gpt-oss-120b', total: 116_829_156_672 },
    { model: 'falcon-mamba-7b', total: 7_272_665_088 },
    { model: 'granite-4.0-h-tiny', total: 6_939_037_248 },
    { model: 'nemotron-nano-9b-v2', total: 8_888_227_328 },
    { model: 'llama-3.3-nemotron-super-49b', total: 49_867_145_216 },
    { model: 'lfm2-1.2b', total: 1_170_340_608 },
  ])('$model has $total parameters', ({ model, total }) => {
    expect(countParameters(architectureOf(model)).total).toBe(total);
  });

  // Counts of the published classes instantiated by transformers 5.18.0, where the table has no total of the checkpoint.
  test.each([
    { model: 'falcon-7b', total: 6_921_720_704 },
    { model: 'gpt-2-124m', total: 124_439_808 },
    { model: 'gpt-j-6b', total: 6_050_882_784 },
    { model: 'bloom-7b1', total: 7_069_016_064 },
    { model: 'jamba-v0.1', total: 51_570_323_328 },
    { model: 'codestral-mamba-7b', total: 7_285_403_648 },
    { model: 'deepseek-v3', total: 671_026_404_352 },
    { model: 'deepseek-v3.2', total: 671_877_929_216 },
    { model: 'deepseek-v4-flash', total: 284_332_230_231 },
    { model: 'deepseek-v4-pro', total: 1_572_997_179_491 },
    { model: 'kimi-k2', total: 1_026_408_209_408 },
    { model: 'glm-5.2', total: 743_377_000_704 },
    { model: 'minimax-text-01', total: 456_089_655_296 },
    { model: 'gemma-3n-e4b', total: 6_835_235_568 },
  ])('$model has $total parameters in its published class', ({ model, total }) => {
    expect(countParameters(architectureOf(model)).total).toBe(total);
  });

  test.each([
    // Makers' labels, in billions: 2.7 (Qwen1.5-MoE-A2.7B), 17 (Llama 4 Scout), 14 (Qwen2-57B-A14B), 32 (Kimi K2),
    // each with experts that every token visits; what is counted is that of the published class.
    ['qwen1.5-moe-a2.7b', 2_689_173_504],
    ['llama-4-scout', 17_172_894_720],
    ['qwen2-57b-a14b', 14_249_270_784],
    ['kimi-k2', 32_861_477_888],
    ['deepseek-v3', 37_552_282_624],
    ['deepseek-v2-lite', 2_661_150_208],
  ])('a token of %s passes through %i parameters, shared experts among them', (model, active) => {
    expect(countParameters(architectureOf(model)).active).toBe(active);
  });

  test('a token passes through two of eight experts of Mixtral: 12.9 of 46.7 billion', () => {
    expect(countParameters(architectureOf('mixtral-8x7b')).active).toBe(12_879_925_248);
  });

  test('the makers label DeepSeek V3 with 37 and Qwen3-235B with 22 billion active parameters', () => {
    expect(countParameters(architectureOf('deepseek-v3')).active / 37e9).toBeCloseTo(1, 1);
    expect(countParameters(architectureOf('qwen3-235b-a22b')).active / 22e9).toBeCloseTo(1, 1);
  });

  test('zero experts take routing slots: 8 of the 12 chosen by LongCat-Flash are real', () => {
    const experts = architectureOf('longcat-flash-560b').blocks.find((group) => group.feedForward?.kind === 'experts');
    expect(expertsPerToken(experts?.feedForward as ExpertFeedForward)).toBe(8);
  });

  test('per-layer embeddings of Gemma 3n are stored but not on a token’s way', () => {
    const { total, active } = countParameters(architectureOf('gemma-3n-e4b'));
    expect(total - active).toBe(262_144 * 35 * 256);
  });
});

describe('cross-attention', () => {
  // Queries are of the text and keys and values of the source: as many weights as where both are of the text.
  test('weighs as much as attention over the text itself, whatever it normalises', () => {
    const attentions = fc.record({
      heads: fc.constantFrom(8, 32, 64),
      kvHeads: fc.constantFrom(1, 8),
      headDim: fc.constantFrom(64, 128),
      queryKeyNorm: fc.constantFrom('head' as const, 'full' as const, undefined),
    });
    fc.assert(
      fc.property(attentions, ({ queryKeyNorm, ...sizes }) => {
        const norm = queryKeyNorm === undefined ? {} : { queryKeyNorm };
        const total = (attention: Attention) => {
          const blocks = [{ layers: 4, attention, feedForward: null }];
          return countParameters({ ...llama, blocks }).total;
        };
        expect(total({ kind: 'cross', sourceTokens: 1601, ...sizes, ...norm })).toBe(
          total({ kind: 'grouped-query', ...sizes, ...norm }),
        );
      }),
    );
  });
});

describe('the matrices of a layer', () => {
  test('Llama 2 7B has seven, which with two norms make up its layer', () => {
    const [group] = llama.blocks as [BlockGroup];
    const matrices = matricesOfLayer(group, llama.hidden);
    expect(matrices.map(({ tensor }) => tensor)).toEqual([
      'attention-query',
      'attention-key',
      'attention-value',
      'attention-output',
      'ffn-gate',
      'ffn-up',
      'ffn-down',
    ]);
    expect(matrices.at(-1)).toEqual({ tensor: 'ffn-down', outputs: 4096, inputs: 11_008, count: 1 });
    expect(vectorsOfLayer(group, llama)).toBe(2 * 4096);
  });

  test('latent attention keeps one matrix a head for keys and values, as files and kernels do', () => {
    const [group] = architectureOf('deepseek-v3').blocks as [BlockGroup];
    expect(matricesOfLayer(group, 7168).filter(({ count }) => count === 128)).toEqual([
      { tensor: 'attention-key', outputs: 512, inputs: 128, count: 128 },
      { tensor: 'attention-value', outputs: 128, inputs: 512, count: 128 },
    ]);
  });

  test('a layer that shares keys and values has no matrices for them', () => {
    const shared = architectureOf('gemma-3n-e4b').blocks.find(
      ({ attention }) => attention?.kind === 'grouped-query' && attention.sharesKeyValue === true,
    ) as BlockGroup;
    const tensors = matricesOfLayer(shared, 2048).map(({ tensor }) => tensor);
    expect(tensors).not.toContain('attention-key');
    expect(tensors).not.toContain('attention-value');
  });
});

const anyFeedForward = fc.oneof(
  fc.record({ kind: fc.constant('gated' as const), intermediate: fc.integer({ min: 8, max: 60_000 }) }),
  fc.record({ kind: fc.constant('plain' as const), intermediate: fc.integer({ min: 8, max: 60_000 }) }),
  fc.integer({ min: 2, max: 512 }).chain((experts) =>
    fc.record({
      kind: fc.constant('experts' as const),
      experts: fc.constant(experts),
      activeExperts: fc.integer({ min: 1, max: experts }),
      intermediate: fc.integer({ min: 8, max: 8192 }),
      sharedIntermediate: fc.integer({ min: 0, max: 8192 }),
      gated: fc.boolean(),
      bias: fc.boolean(),
    }),
  ),
);

const anyArchitecture: fc.Arbitrary<Architecture> = fc.record({
  hidden: fc.integer({ min: 8, max: 16_384 }),
  vocabulary: fc.integer({ min: 2, max: 300_000 }),
  tiedEmbeddings: fc.boolean(),
  learnedPositions: fc.integer({ min: 0, max: 4096 }),
  parallelBlocks: fc.boolean(),
  normVectors: fc.constantFrom(0.5, 1, 2),
  blocks: fc.array(
    fc.record({
      layers: fc.integer({ min: 1, max: 100 }),
      attention: fc.constantFrom(null, { kind: 'grouped-query' as const, heads: 16, kvHeads: 4, headDim: 64 }),
      feedForward: anyFeedForward,
    }),
    { minLength: 1, maxLength: 4 },
  ),
  extras: fc.array(
    fc.record({
      name: fc.constant('tower'),
      parameters: fc.integer({ min: 1, max: 1e9 }),
      resident: fc.boolean(),
      readEachStep: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

describe('for any architecture', () => {
  test('a token never passes through more than there is', () => {
    fc.assert(
      fc.property(anyArchitecture, (architecture) => {
        const { total, active, experts, blocks } = countParameters(architecture);
        expect(active).toBeLessThanOrEqual(total);
        expect(active).toBeGreaterThan(0);
        expect(experts).toBeLessThanOrEqual(blocks);
      }),
    );
  });

  test('the parts sum to the whole', () => {
    fc.assert(
      fc.property(anyArchitecture, (architecture) => {
        const { total, embedding, head, blocks, extras } = countParameters(architecture);
        const outside = (architecture.learnedPositions + 1) * architecture.hidden;
        expect(total).toBe(embedding + head + blocks + extras + outside);
      }),
    );
  });

  test('twice the layers are twice the blocks', () => {
    fc.assert(
      fc.property(anyArchitecture, (architecture) => {
        const doubled = architecture.blocks.map((group) => ({ ...group, layers: 2 * group.layers }));
        expect(countParameters({ ...architecture, blocks: doubled }).blocks).toBe(
          2 * countParameters(architecture).blocks,
        );
      }),
    );
  });
});
