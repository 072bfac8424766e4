import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An operation that GraphiQL opens with; the tab's title is the operation's name. */
interface GraphiqlTab {
  title: string;
  query: string;
  /** JSON of the request's headers: where the key for writing goes. */
  headers?: string;
}

/** Where the key goes; GraphiQL shows it under Headers. */
const keyHeaders = `{
  "Authorization": "Bearer PASTE-YOUR-KEY"
}`;

const folder = join(import.meta.dirname, 'questions');

/**
 * One tab for each file of `questions/`, in the order of their names: ready questions, the documented example first, then
 * the story of a card and a model of your own, from adding them to taking everything back.
 */
export function graphiqlTabs(): readonly GraphiqlTab[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return names.sort().map((name) => tab(readFileSync(join(folder, name), 'utf8')));
}

function tab(query: string): GraphiqlTab {
  const [, operation, title] = /^(query|mutation) (\w+)/m.exec(query) ?? [];
  if (title === undefined) throw new Error('a GraphiQL tab needs a named operation: its name is the title');
  return operation === 'mutation' ? { title, query, headers: keyHeaders } : { title, query };
}
