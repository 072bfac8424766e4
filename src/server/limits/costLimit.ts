import type { GraphQLError, GraphQLSchema } from 'graphql';
import { tooExpensive } from '../../schema/errors.ts';
import type { WorkLimits } from '../../schema/work.ts';
import { introspectionCost, type QueryCost } from './queryCost.ts';

/** What one request may ask for, counts. */
export type CostLimits = Pick<QueryCost, 'nodes' | 'estimates' | 'introspection'>;

/** The whole description of the schema may be asked for twice in one request. */
export function costLimits(schema: GraphQLSchema, { nodes, estimates }: WorkLimits): CostLimits {
  return { nodes, estimates, introspection: 2 * introspectionCost(schema) };
}

/**
 * Why a request is refused before it is executed: for what its text and its variables show to be too much. What shows only
 * while executing, the lengths of lists, `Work` counts.
 */
export function costRefusals(cost: QueryCost, limits: CostLimits): GraphQLError[] {
  const refusals: GraphQLError[] = [];
  for (const unit of ['nodes', 'estimates', 'introspection'] as const) {
    if (cost[unit] > limits[unit]) refusals.push(tooExpensive(unit, cost[unit], limits[unit]));
  }
  return refusals;
}
