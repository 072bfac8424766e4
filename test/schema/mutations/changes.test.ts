import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

interface ChangeNode {
  id: string;
  kind: string;
  revision: number;
  action: string;
  actor: string;
  differences: { path: string; before: unknown; after: unknown }[];
}
interface Changes {
  nodes: ChangeNode[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
  totalCount: number;
}

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
  const source = 'source: { title: "Measured here", known: ASSUMED }';
  const change = (text: string) => calculator.write(`mutation { ${text} { __typename ... on Error { message } } }`);
  await change(
    `hardwareUpdate(id: "L4", input: { notes: "Ours.", memory: { memoryBandwidthGBPerSecond: 290, ${source} } })`,
  );
  await change('hardwareRetire(id: "L4", replacedBy: "L40S")');
  await change('hardwareRestore(id: "L4")');
  await change('hardwareRestore(id: "L4")');
  await change('modelUpdate(id: "llama-3.1-8b", input: { license: "Llama 3.1 Community" })');
});
afterAll(() => calculator.close());

const changeFields = 'nodes { kind id revision action actor at catalogueRevision differences { path before after } }';
const ask = async (filter: string) =>
  (
    await calculator.answer<{ changes: Changes }>(
      `{ changes${filter} { ${changeFields} pageInfo { endCursor hasNextPage } totalCount } }`,
    )
  ).changes;

describe('changes', () => {
  test('say who changed what, before and after, the newest first', async () => {
    const { nodes, totalCount } = await ask('(kind: HARDWARE, id: "L4")');
    expect(nodes.map(({ revision, action, actor }) => [revision, action, actor])).toEqual([
      [5, 'RESTORE', 'test'],
      [4, 'RESTORE', 'test'],
      [3, 'RETIRE', 'test'],
      [2, 'UPDATE', 'test'],
      [1, 'CREATE', 'seeds'],
    ]);
    expect(totalCount).toBe(5);
    const [restored, , retired, updated, created] = nodes;
    expect([retired?.differences, created?.differences]).toEqual([[], []]);
    expect(updated?.differences).toContainEqual({
      path: 'memory.memoryGigabytesPerSecond',
      before: 300,
      after: 290,
    });
    expect(updated?.differences).toContainEqual({ path: 'notes', before: expect.anything(), after: 'Ours.' });
    expect(restored?.differences).toContainEqual({
      path: 'memory.memoryGigabytesPerSecond',
      before: 290,
      after: 300,
    });
  });

  test('can be asked by kind, actor and time, a page at a time', async () => {
    expect((await ask('(actor: "test")')).nodes.map(({ kind }) => kind)).toEqual([
      'MODEL',
      ...Array(4).fill('HARDWARE'),
    ]);
    const first = await ask('(actor: "test", first: 3)');
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await ask(`(actor: "test", first: 3, after: "${first.pageInfo.endCursor}")`);
    expect([...first.nodes, ...rest.nodes]).toEqual((await ask('(actor: "test")')).nodes);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    expect((await ask('(since: "2999-01-01")')).nodes).toEqual([]);
    expect((await ask('(kind: MODEL, since: "2020-01-01", first: 1)')).nodes[0]?.id).toBe('llama-3.1-8b');
  });

  test('of one profile are asked by id or alias in any case, its kind named or not', async () => {
    const all = await ask('(kind: HARDWARE, id: "nvidia-l4-24gb")');
    expect(all.totalCount).toBe(5);
    for (const named of ['kind: HARDWARE, id: "l4"', 'id: "L4"', 'id: "NVIDIA-L4-24GB"']) {
      expect(await ask(`(${named})`)).toEqual(all);
    }
  });

  test('of a profile that nobody has are an error with what may have been meant', async () => {
    for (const [named, suggestion] of [
      ['kind: MODEL, id: "lama-2-7b"', 'llama-2-7b'],
      ['id: "lama-2-7b"', 'llama-2-7b'],
    ]) {
      const { extensions } = await calculator.refusal(`{ changes(${named}) { totalCount } }`);
      expect(extensions).toMatchObject({ code: 'UNKNOWN_PROFILE', argument: 'id', value: 'lama-2-7b' });
      expect(extensions.suggestions?.[0]).toBe(suggestion);
    }
  });

  test('refuse a time that is none, and a page of none', async () => {
    expect(await calculator.refusal('{ changes(since: "yesterday") { totalCount } }')).toMatchObject({
      extensions: { code: 'INVALID_ARGUMENT', argument: 'since', value: 'yesterday' },
    });
    expect(await calculator.refusal('{ changes(first: 0) { totalCount } }')).toMatchObject({
      extensions: { code: 'INVALID_ARGUMENT', argument: 'first' },
    });
  });
});

test('every kind of profile has its history', async () => {
  const { hardware, model, scenario } = await calculator.answer<Record<string, { history: Changes }>>(`{
    hardware(id: "L4") { history(first: 2) { ${changeFields} totalCount } }
    model(id: "llama-3.1-8b") { history { ${changeFields} } }
    scenario(id: "chatbot") { history { ${changeFields} } }
  }`);
  expect(hardware?.history).toMatchObject({ totalCount: 5, nodes: [{ revision: 5 }, { revision: 4 }] });
  expect(model?.history.nodes[0]).toMatchObject({
    actor: 'test',
    differences: [{ path: 'license', after: 'Llama 3.1 Community' }],
  });
  expect(scenario?.history.nodes).toMatchObject([{ action: 'CREATE', actor: 'seeds', differences: [] }]);
});

test('changes of a name that profiles of two kinds have ask which is meant', async () => {
  for (const [mutation, id] of [
    ['hardwareUpdate', 'nvidia-l40s-48gb'],
    ['modelUpdate', 'llama-2-7b'],
  ]) {
    const text = `mutation { ${mutation}(id: "${id}", input: { aliases: ["Twins"] }) { ... on Error { message } } }`;
    expect(await calculator.write(text)).toEqual({});
  }
  expect(await calculator.refusal('{ changes(id: "twins") { totalCount } }')).toMatchObject({
    extensions: { code: 'INVALID_ARGUMENT', argument: 'kind', allowed: ['MODEL', 'HARDWARE'] },
  });
  expect((await ask('(kind: HARDWARE, id: "twins")')).nodes[0]).toMatchObject({ id: 'nvidia-l40s-48gb' });
  expect((await ask('(kind: MODEL, id: "twins")')).nodes[0]).toMatchObject({ id: 'llama-2-7b' });
});
