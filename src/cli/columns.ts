/** A label and what it says; rows with an empty label continue the one above. */
export type Row = readonly [label: string, text: string];

/** Two columns: labels, then text wrapped into the rest of the width. Rows that have nothing to say are left out. */
export function columns(rows: readonly (Row | false | null)[], width: number): string {
  const said = rows.filter((row) => row !== null && row !== false);
  const indent = Math.max(...said.map(([label]) => label.length)) + 2;
  const written = said.map(
    ([label, text]) => label.padEnd(indent) + wrap(text, width - indent).replaceAll('\n', `\n${' '.repeat(indent)}`),
  );
  return `${written.join('\n')}\n`;
}

/** Breaks at spaces so that no line is longer than `width`, unless one word is. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current].join('\n');
}
