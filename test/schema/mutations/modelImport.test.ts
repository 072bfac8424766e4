import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ggufHeader, llamaQ4KM } from '../../importers/models/ggufBytes.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

const config = readFileSync('test/importers/models/configs/qwen3-next-80b-a3b.json', 'utf8');

const modelImport = `
  mutation ($config: String!, $id: ID, $name: String, $key: String, $dryRun: Boolean) {
    modelImport(huggingFaceConfig: $config, id: $id, name: $name, idempotencyKey: $key, dryRun: $dryRun,
      source: { title: "config.json of the model page", url: "https://example.org/config.json" }) {
      __typename
      ... on ModelImportPayload {
        dryRun assumptions
        model { id name origin contextTokens parameters { total } nativeFormat { id } sources { title url } }
      }
      ... on InvalidInputError { problems { path code message } }
      ... on Error { message code }
    }
  }`;

const modelImportGguf = `
  mutation ($header: String!, $id: ID) {
    modelImportGguf(headerBase64: $header, id: $id, developer: "Meta") {
      __typename
      ... on ModelImportGgufPayload {
        model { id name parameters { total } }
        weightBytes bitsPerWeight tokenizerTokens tokenizerMerges
        blockTypes { blockType tensors parameters bytes }
      }
      ... on InvalidInputError { problems { path code message } }
      ... on Error { message code }
    }
  }`;

describe('modelImport', () => {
  test('adds a model that can be asked about at once', async () => {
    const answer = await calculator.write(modelImport, { config, name: 'Pasted Next' });
    expect(answer).toMatchObject({
      dryRun: false,
      model: { id: 'pasted-next', origin: 'USER', contextTokens: 262_144, nativeFormat: { id: 'bf16' } },
    });
    const weights = (model: string) =>
      calculator.answer(
        `{ estimate(model: "${model}", hardware: "h100", options: { devices: 4 }) { memory { weightsGiB } } }`,
      );
    expect(await weights('pasted-next')).toEqual(await weights('qwen3-next-80b-a3b'));
  });

  test('names its source', async () => {
    const { model } = await calculator.write<{ model: { sources: object[] } }>(modelImport, {
      config,
      name: 'A dry one',
      dryRun: true,
    });
    const source = { title: 'config.json of the model page', url: 'https://example.org/config.json' };
    expect(model.sources).toContainEqual(source);
  });

  test('writes nothing in a dry run', async () => {
    const { revision } = calculator.registry.catalogue();
    expect(await calculator.write(modelImport, { config, name: 'Dry', dryRun: true })).toMatchObject({ dryRun: true });
    expect(calculator.registry.catalogue().revision).toBe(revision);
  });

  test('answers a repetition with the same key alike', async () => {
    const request = { config, id: 'repeated-next', name: 'Repeated Next', key: 'once' };
    const first = await calculator.write(modelImport, request);
    expect(await calculator.write(modelImport, request)).toEqual(first);
    expect(await calculator.write(modelImport, { ...request, name: 'Other' })).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  test('lists everything it cannot read, at its key in the file', async () => {
    const answer = await calculator.write(modelImport, {
      config: JSON.stringify({ ...JSON.parse(config), num_experts: 'many', layer_types: new Array(48).fill('hyena') }),
      name: 'Odd',
    });
    expect(answer).toMatchObject({
      code: 'INVALID_INPUT',
      problems: [
        { path: 'huggingFaceConfig.num_experts', code: 'INVALID_VALUE' },
        { path: 'huggingFaceConfig.layer_types[0]', code: 'UNKNOWN_KIND' },
      ],
    });
  });

  test('asks for a name where the file has none', async () => {
    expect(await calculator.write(modelImport, { config })).toMatchObject({
      problems: [{ path: 'name', code: 'MISSING' }],
    });
  });

  test('does not take a name that is taken', async () => {
    expect(await calculator.write(modelImport, { config, id: '7b', name: 'Seven' })).toMatchObject({
      code: 'ID_TAKEN',
    });
  });
});

describe('modelImportGguf', () => {
  test('adds a model with the exact size of its file, without a network', async () => {
    const reached = vi.spyOn(globalThis, 'fetch').mockImplementation(() => {
      throw new Error('an import must not reach the network');
    });
    const header = ggufHeader(llamaQ4KM()).toString('base64');
    const answer = await calculator.write(modelImportGguf, { header, id: 'my-llama' });
    expect(answer).toMatchObject({
      model: { id: 'my-llama', name: 'Meta Llama 3.1 8B Instruct', parameters: { total: 8_030_261_312 } },
      weightBytes: 4_912_898_304,
      tokenizerTokens: 128_256,
    });
    expect(reached).not.toHaveBeenCalled();
    reached.mockRestore();
  });

  test('says what is wrong with a header', async () => {
    const header = ggufHeader(llamaQ4KM()).subarray(0, 500).toString('base64');
    expect(await calculator.write(modelImportGguf, { header })).toMatchObject({
      code: 'INVALID_INPUT',
      problems: [{ path: 'headerBase64', code: 'TRUNCATED' }],
    });
  });
});
