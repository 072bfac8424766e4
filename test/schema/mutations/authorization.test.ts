import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/schema/index.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

const mutations = Object.values(buildSchema().getMutationType()?.getFields() ?? {});

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

/** Some value that GraphQL takes for the type: enough to reach the resolver. */
function anyValue(type: GraphQLInputType): string {
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${anyValue(inner.ofType)}]`;
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? '';
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields());
    const needed = inner.isOneOf ? fields.slice(0, 1) : fields.filter(({ type }) => isNonNullType(type));
    return `{ ${needed.map((field) => `${field.name}: ${anyValue(field.type)}`).join(', ')} }`;
  }
  return { Int: '1', SafeInt: '1', Float: '1', Boolean: 'true' }[inner.name] ?? '"7B"';
}

function request({ name, args }: (typeof mutations)[number]): string {
  const needed = args.filter(({ type }) => isNonNullType(type));
  const values = needed.map((arg) => `${arg.name}: ${anyValue(arg.type)}`);
  const selection = '{ __typename ... on Error { message code } }';
  return `mutation { ${name}${values.length === 0 ? '' : `(${values.join(', ')})`} ${selection} }`;
}

test('trying out an import needs no key, unless one is sent that is none', async () => {
  const before = calculator.registry.catalogue().revision;
  const config =
    '{"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32, ' +
    '"intermediate_size": 8192, "vocab_size": 32000, "torch_dtype": "bfloat16"}';
  const tried = (dryRun: boolean, key?: string) =>
    calculator.ask<{ modelImport: object }>(
      `mutation ($config: String!) { modelImport(huggingFaceConfig: $config, name: "Acme 1B", dryRun: ${dryRun}) {
        ... on ModelImportPayload { dryRun model { id } } ... on Error { code } } }`,
      { config },
      key,
    );
  expect((await tried(true)).data.modelImport).toEqual({ dryRun: true, model: { id: 'acme-1b' } });
  expect((await tried(true, 'hunter2-hunter2')).data.modelImport).toEqual({ code: 'NOT_AUTHORIZED' });
  expect((await tried(false)).data.modelImport).toEqual({ code: 'NOT_AUTHORIZED' });
  expect(calculator.registry.catalogue().revision).toBe(before);
});

describe('writing needs a key', () => {
  test('there are mutations to look at', () => {
    expect(mutations.length).toBeGreaterThan(3);
  });

  describe.each(mutations.map((field) => [field.name, field] as const))('%s', (name, field) => {
    test('answers with a result that may be NotAuthorizedError', () => {
      const result = getNullableType(field.type);
      expect(isUnionType(result) && result.getTypes().map((type) => type.name)).toContain('NotAuthorizedError');
    });

    test.each([
      ['no key', undefined],
      ['a key nobody made', 'llmc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
      ['a word', 'hunter2-hunter2'],
    ])('refuses %s, writes nothing and does not repeat the key', async (_, key) => {
      const before = calculator.registry.catalogue().revision;
      const { data, errors } = await calculator.ask<Record<string, unknown>>(request(field), {}, key);
      expect(errors).toBeUndefined();
      expect(data[name]).toMatchObject({ __typename: 'NotAuthorizedError', code: 'NOT_AUTHORIZED' });
      if (key !== undefined) expect(JSON.stringify(data)).not.toContain(key.slice(-8));
      expect(calculator.registry.catalogue().revision).toBe(before);
    });

    test('refuses a key that is revoked, and one of another scope', async () => {
      const { keys } = calculator.registry;
      const revoked = await keys.create(`revoked ${name}`);
      await keys.revoke(`revoked ${name}`);
      const narrow = await keys.create(`narrow ${name}`, ['write:hosted-latency']);
      for (const key of [revoked, narrow]) {
        const { data } = await calculator.ask<Record<string, unknown>>(request(field), {}, key);
        expect(data[name]).toMatchObject({ code: 'NOT_AUTHORIZED' });
      }
    });

    test('lets a key of its kind come as far as the input', async () => {
      const key = await calculator.registry.keys.create(`all ${name}`);
      const { data, errors } = await calculator.ask<Record<string, unknown>>(request(field), {}, key);
      expect(errors).toBeUndefined();
      expect(data[name]).not.toMatchObject({ code: 'NOT_AUTHORIZED' });
    });
  });
});
