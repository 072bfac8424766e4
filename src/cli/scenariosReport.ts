import { type Answered, inWords } from './ask.ts';
import { columns, type Line, wrap } from './columns.ts';

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
    const lines: Line[] = [
      { label: 'What', text: description },
      estimate === null ? { label: 'No answer', text: inWords(reasons) } : { label: 'Answer', text: estimate.summary },
    ];
    return `${wrap(`${name} (${id})`, width)}\n${columns(lines, width)}\n`;
  });
  return blocks.join('\n');
}
