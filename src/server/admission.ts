import { type DocumentNode, GraphQLError, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { WorkLimits } from '../schema/work.ts';
import { textWithin, type WithStringify } from './limits/answerLimit.ts';
import { type CostLimits, costLimits, costRefusals } from './limits/costLimit.ts';
import { type QueryCost, queryCost } from './limits/queryCost.ts';
import type { WithObserved } from './observe/observed.ts';

/** Errors that are limits, not mistakes of the question. */
const limitCodes: Readonly<Record<string, string>> = {
  QUERY_TOO_EXPENSIVE: 'cost',
  TOO_MANY_SUBSCRIPTIONS: 'subscriptions',
  REQUEST_ENTITY_TOO_LARGE: 'body',
};

interface AdmissionLimits {
  work: WorkLimits;
  /** Bytes of an answer. */
  answerBytes: number;
}

/**
 * Lets requests in and their answers out: notes in the request's `Observed` what is asked, and refuses what asks for too
 * much, or would answer too much. One plugin, because each costs every request a few microseconds.
 */
export function admission({ work, answerBytes }: AdmissionLimits): Plugin<WithObserved, WithObserved> {
  /** Of operations whose cost no variable decides. */
  const known = new WeakMap<OperationDefinitionNode, QueryCost>();
  // The schema's own description is measured when the first question comes, not before the server is ready.
  let limits: CostLimits | undefined;
  const stringify = (answer: object) => textWithin(answerBytes, answer);
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const operation = note(args);
      if (!operation) return;
      let cost = known.get(operation);
      if (cost === undefined) {
        cost = queryCost(args.schema, args.document, operation, args.variableValues ?? {});
        if (!cost.variable) known.set(operation, cost);
      }
      limits ??= costLimits(args.schema, work);
      const refusals = costRefusals(cost, limits);
      if (refusals.length > 0) setResultAndStopExecution({ errors: refusals });
    },
    onSubscribe({ args }) {
      note(args);
    },
    onExecutionResult({ result, context: { observed } }) {
      if (result === undefined || isAsyncIterable(result) || Array.isArray(result)) return;
      const answer: WithStringify = result;
      answer.stringify = stringify;
      if (observed === undefined || result.errors === undefined) return;
      observed.hasErrors = result.errors.length > 0;
      for (const error of result.errors) {
        const code = error instanceof GraphQLError ? error.extensions.code : undefined;
        if (typeof code === 'string') observed.refusedBy ??= limitCodes[code] ?? null;
      }
    },
  };
}

interface Asked {
  contextValue: WithObserved;
  document: DocumentNode;
  operationName?: string | null | undefined;
}

function note({ contextValue: { observed }, document, operationName }: Asked): OperationDefinitionNode | null {
  const operation = getOperationAST(document, operationName) ?? null;
  if (observed !== undefined && operation !== null) {
    observed.kind = operation.operation;
    observed.operation = operation.name?.value.slice(0, 100) ?? null;
  }
  return operation;
}
