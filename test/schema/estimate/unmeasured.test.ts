import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

/** What an estimate says of the family of a device. */
async function said(hardware: string): Promise<string[]> {
  const { estimate } = await calculator.answer<{ estimate: { assumptions: { code: string; text: string }[] } }>(
    `{ estimate(model: "7B", hardware: "${hardware}", tokens: 10) { assumptions { code text } } }`,
  );
  return estimate.assumptions.filter(({ code }) => code === 'UNMEASURED_FAMILY').map(({ text }) => text);
}

function createLikeL4(id: string, family: string): void {
  const { write, catalogue } = calculator.registry;
  const facts = { ...catalogue().hardware.get('L4').facts, name: `Acme ${id}`, aliases: [], family };
  write.create({ kind: 'hardware', id, facts, actor: 'test' });
}

test('what no measurement speaks for says so, and a family that may be a slip is named', async () => {
  createLikeL4('slip', 'nvidia-adda');
  expect(await said('slip')).toEqual([
    'No measurement of the family nvidia-adda (did you mean nvidia-ada?) is known: what is fitted more widely, or ' +
      'assumed, stands for Acme slip.',
  ]);
  createLikeL4('no-slip', 'nvidia-ada');
  expect(await said('no-slip')).toEqual([]);
  // Not measured either, but no slip.
  expect(await said('amd-mi455x-432gb')).toEqual([expect.stringContaining('the family amd-cdna5 is known')]);
  expect(await said('A100')).toEqual([]);
});
