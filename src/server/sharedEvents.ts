import { createSourceEventStream, type DocumentNode, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import { textWithin, type WithStringify } from './limits/answerLimit.ts';

interface SharedEventsOptions {
  /** The context that an event is answered in: of no listener, since none of them may leave the others without an answer. */
  createContext(): object;
  /** Bytes of an answer. */
  answerBytes: number;
}

type Answers = Map<string, Promise<ExecutionResult & WithStringify>>;

/**
 * Answers an event of a subscription once for all listeners who asked the same, and writes the answer's JSON once: with a
 * thousand listeners each change would be answered a thousand times. Those ask the same who send the same document,
 * variables and operation's name, and whom the resolver gave the same event, one object; answers live as long as it.
 */
export function sharedEvents({ createContext, answerBytes }: SharedEventsOptions): Plugin {
  const answered = new WeakMap<object, WeakMap<DocumentNode, Answers>>();

  async function answer(args: ExecutionArgs, event: object): Promise<ExecutionResult & WithStringify> {
    const result: ExecutionResult & WithStringify = await execute({
      ...args,
      contextValue: createContext(),
      rootValue: event,
    });
    // Errors are masked for each listener, who then writes what is left.
    if (result.errors !== undefined) return result;
    let text: string | undefined;
    result.stringify = (value) => {
      text ??= textWithin(answerBytes, value);
      return text;
    };
    return result;
  }

  function answersTo(event: object, document: DocumentNode): Answers {
    const byDocument = answered.get(event) ?? new WeakMap<DocumentNode, Answers>();
    answered.set(event, byDocument);
    const answers: Answers = byDocument.get(document) ?? new Map();
    byDocument.set(document, answers);
    return answers;
  }

  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const events = await createSourceEventStream(args);
        if (!isAsyncIterable(events)) return events;
        const asked = JSON.stringify([args.operationName ?? null, args.variableValues ?? {}]);
        return mapAsyncIterator(events, (event: unknown) => {
          if (typeof event !== 'object' || event === null) throw new TypeError('events are objects');
          const answers = answersTo(event, args.document);
          const shared = answers.get(asked) ?? answer(args, event);
          answers.set(asked, shared);
          return shared;
        });
      });
    },
  };
}
