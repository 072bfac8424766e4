import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { tooExpensive } from '../../schema/errors.ts';
import type { WorkLimits } from '../../schema/work.ts';
import { introspectionCost, queryCost } from './queryCost.ts';

/**
 * Refuses before executing what the text and its variables already show to be too much; what shows only while executing,
 * the lengths of lists, `Work` counts. The whole description of the schema may be asked for twice in one request.
 */
export function costLimit({ nodes, estimates }: WorkLimits): Plugin {
  const introspection = new WeakMap<GraphQLSchema, number>();
  return {
    onExecute({ args: { schema, document, variableValues, operationName }, setResultAndStopExecution }) {
      const operation = getOperationAST(document as DocumentNode, operationName);
      if (!operation) return;
      let mostIntrospection = introspection.get(schema);
      if (mostIntrospection === undefined) {
        mostIntrospection = 2 * introspectionCost(schema);
        introspection.set(schema, mostIntrospection);
      }
      const cost = queryCost(schema, document, operation, variableValues ?? {});
      const refusals = [
        cost.nodes > nodes && tooExpensive('nodes', cost.nodes, nodes),
        cost.estimates > estimates && tooExpensive('estimates', cost.estimates, estimates),
        cost.introspection > mostIntrospection && tooExpensive('introspection', cost.introspection, mostIntrospection),
      ].filter((refusal) => refusal !== false);
      if (refusals.length > 0) setResultAndStopExecution({ errors: refusals });
    },
  };
}
