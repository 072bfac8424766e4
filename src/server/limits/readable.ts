import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Lists and objects inside one another, a count: no argument has more than a handful. */
const deepest = 40;

/** Values in all variables, a count: each refusal of one repeats the object it stands in. Long texts are one value. */
const mostValues = 5000;

/**
 * Refuses requests that cannot be read as 400, in a sentence: yoga repeats the whole body in its refusal, and answers
 * variables in an address that are not JSON, and bodies that end too soon, as bugs. Variables nested by the thousand are
 * refused here, before anything descends into them.
 */
export function readable(): Plugin {
  return {
    onRequestParse({ request: { method }, requestParser, setRequestParser }) {
      if (requestParser === undefined) return undefined;
      const refuse = (error: unknown): never => {
        if (error instanceof GraphQLError && error.extensions.originalError === undefined) throw error;
        // A client that leaves before its body has come is no bug: nobody reads the refusal.
        throw unreadable(method === 'GET' ? 'The variables or extensions are not JSON.' : 'The body is not JSON.');
      };
      setRequestParser((request) => {
        try {
          const parsed = requestParser(request);
          return 'then' in parsed ? parsed.then(undefined, refuse) : parsed;
        } catch (error) {
          return refuse(error);
        }
      });
      return undefined;
    },
    onParams({ params: { variables } }) {
      if (variables == null) return;
      const values = countValues(variables, deepest);
      if (values <= mostValues) return;
      throw unreadable(
        values === Number.POSITIVE_INFINITY
          ? `The variables have more than ${deepest} lists and objects inside one another.`
          : `The variables have more than ${mostValues.toLocaleString('en-US')} values: send fewer at a time.`,
      );
    },
  };
}

/** Infinite for values that are more than so many levels deep. */
function countValues(value: unknown, levels: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let count = 1;
  for (const inner of Object.values(value)) {
    count += countValues(inner, levels - 1);
    if (count > mostValues) return count;
  }
  return count;
}

function unreadable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
