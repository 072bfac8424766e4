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
  scenarios: readonly { id: string; name: string; description: string; estimate: { summary: string } }[];
}

/** Every scenario: its name and id, what it stands for, and the answer in a sentence. */
export function scenariosReport({ scenarios }: ScenariosReply, width: number): string {
  const blocks = scenarios.map(({ id, name, description, estimate }) => {
    const lines: Line[] = [
      { label: 'What', text: description },
      { label: 'Answer', text: estimate.summary },
    ];
    return `${wrap(`${name} (${id})`, width)}\n${columns(lines, width)}\n`;
  });
  return blocks.join('\n');
}
