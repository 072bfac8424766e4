import { type Answered, inWords } from './ask.ts';
import { columns, type Row, wrap } from './columns.ts';

export const scenariosQuery = `
query Scenarios {
  scenarios {
    id
    name
    description
    estimate { summary }
  }
}`;

export interface ScenariosReply {
  scenarios: readonly { id: string; name: string; description: string; estimate: { summary: string } | null }[];
}

/** Every scenario: its name and id, what it stands for, and the answer in a sentence, or why there is none. */
export function scenariosReport({ data: { scenarios }, refusals }: Answered<ScenariosReply>, width: number): string {
  const blocks = scenarios.map(({ id, name, description, estimate }, index) => {
    const reasons = refusals.filter(({ path }) => path?.[1] === index);
    const answer: Row = estimate === null ? ['No answer', inWords(reasons)] : ['Answer', estimate.summary];
    return `${wrap(`${name} (${id})`, width)}\n${columns([['What', description], answer], width)}`;
  });
  return blocks.join('\n');
}
