import {
  type ASTNode,
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLError,
  type GraphQLSchema,
  isRequiredArgument,
  ProvidedRequiredArgumentsRule,
  type ValidationContext,
  validate,
} from 'graphql';
import { codedError } from '../errors.ts';

/** Restates an error about an argument that was left out; gives undefined for others at the same nodes. */
export function requiredArguments(schema: GraphQLSchema, document: DocumentNode) {
  // The same walk twice, once in graphql's words to know its errors by, once in ours.
  const known = validate(schema, document, [ProvidedRequiredArgumentsRule]);
  const restated = validate(schema, document, [missingArguments]);
  return (error: GraphQLError): GraphQLError | undefined =>
    restated[known.findIndex(({ nodes, message }) => nodes?.[0] === error.nodes?.[0] && message === error.message)];
}

function missingArguments(context: ValidationContext): ASTVisitor {
  const check = (node: FieldNode | DirectiveNode, declared: readonly GraphQLArgument[] = []) => {
    const given = new Set(node.arguments?.map(({ name }) => name.value));
    for (const argument of declared) {
      if (isRequiredArgument(argument) && !given.has(argument.name)) context.reportError(required(argument.name, node));
    }
  };
  return {
    Field: { leave: (node) => check(node, context.getFieldDef()?.args) },
    Directive: { leave: (node) => check(node, context.getDirective()?.args) },
  };
}

export function required(argument: string, node: ASTNode): GraphQLError {
  return codedError('INVALID_ARGUMENT', `${argument} is required and was left out`, { argument }, node);
}
