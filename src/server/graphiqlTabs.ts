/** A query that GraphiQL opens with; the tab's title is the operation's name. */
export interface GraphiqlTab {
  title: string;
  query: string;
}

/** Ready questions, the documented example first. Every one executes as it stands. */
export const graphiqlTabs: readonly GraphiqlTab[] = [
  tab(`# The documented example: Llama 2 7B writes 1,000 tokens on one T4.
# Press the pink button (or Ctrl-Enter). Then change a word: model: "13B", hardware: "A100", tokens: 200.
query Example {
  estimate(model: "7B", hardware: "T4", tokens: 1000, batch: 1) {
    summary
    latency {
      endToEndMs
      timeToFirstTokenMs
      timePerOutputTokenMs
    }
  }
}
`),
];

function tab(query: string): GraphiqlTab {
  const title = /^query (\w+)/m.exec(query)?.[1];
  if (title === undefined) throw new Error('a GraphiQL tab needs a named query: its name is the title');
  return { title, query };
}
