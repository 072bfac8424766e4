import { graphiqlChanges } from './changes.ts';
import { graphiqlQuestions } from './questions.ts';

/** An operation that GraphiQL opens with; the tab's title is the operation's name. */
export interface GraphiqlTab {
  title: string;
  query: string;
  /** JSON of the request's headers: where the key for writing goes. */
  headers?: string;
}

/** Where the key goes; GraphiQL shows it under Headers. */
const keyHeaders = `{
  "Authorization": "Bearer PASTE-YOUR-KEY"
}`;

/** Ready questions, the documented example first, then the story of a card of one's own. */
export const graphiqlTabs: readonly GraphiqlTab[] = [...graphiqlQuestions, ...graphiqlChanges].map(tab);

function tab(query: string): GraphiqlTab {
  const [, operation, title] = /^(query|mutation) (\w+)/m.exec(query) ?? [];
  if (title === undefined) throw new Error('a GraphiQL tab needs a named operation: its name is the title');
  return operation === 'mutation' ? { title, query, headers: keyHeaders } : { title, query };
}
