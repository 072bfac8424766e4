/** A label and what it says; lines with an empty label continue the one above. */
export interface Line {
  label: string;
  text: string;
}

/** Two columns: labels, then text wrapped into the rest of the width. */
export function columns(lines: readonly Line[], width: number): string {
  const indent = Math.max(...lines.map(({ label }) => label.length)) + 2;
  return lines
    .map(
      ({ label, text }) =>
        label.padEnd(indent) + wrap(text, width - indent).replaceAll('\n', `\n${' '.repeat(indent)}`),
    )
    .join('\n');
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
