import { GraphQLError, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Observed } from './observed.ts';

/** Errors that are limits, not mistakes of the question. */
const limitCodes: Readonly<Record<string, string>> = {
  QUERY_TOO_EXPENSIVE: 'cost',
  TOO_MANY_SUBSCRIPTIONS: 'subscriptions',
  REQUEST_ENTITY_TOO_LARGE: 'body',
};

export interface WithObserved {
  observed?: Observed;
}

/** Notes what was asked, and whether it was answered, in the request's `Observed`. */
export function observing(): Plugin<WithObserved, WithObserved> {
  return {
    onExecute({ args }) {
      note(args);
    },
    onSubscribe({ args }) {
      note(args);
    },
    onExecutionResult({ result, context }) {
      const { observed } = context;
      if (observed === undefined || result === undefined || isAsyncIterable(result) || Array.isArray(result)) return;
      const errors = result.errors ?? [];
      observed.hasErrors = errors.length > 0;
      for (const error of errors) {
        const code = error instanceof GraphQLError ? error.extensions.code : undefined;
        if (typeof code === 'string') observed.refusedBy ??= limitCodes[code] ?? null;
      }
    },
  };
}

function note({
  contextValue,
  document,
  operationName,
}: {
  contextValue: WithObserved;
  document: Parameters<typeof getOperationAST>[0];
  operationName?: string | null | undefined;
}): void {
  const { observed } = contextValue;
  if (observed === undefined) return;
  const operation = getOperationAST(document, operationName);
  observed.kind = operation?.operation ?? null;
  observed.operation = operation?.name?.value.slice(0, 100) ?? null;
}
