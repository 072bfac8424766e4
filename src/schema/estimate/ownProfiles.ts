import { type GraphQLSchema, isInputObjectType } from 'graphql';
import { type OwnProfile, unstoredProfile } from '../../calculator/ownProfiles.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { InvalidFactsError } from '../../registry/errors.ts';
import { invalidArgument } from '../errors.ts';
import { factsOfInput, withoutNulls } from '../mutations/inputFacts.ts';

/** The arguments that bring a profile along, what each stands in the place of, and its input. */
const ownArguments = [
  { argument: 'customModel', kind: 'model', input: 'ModelCreateInput' },
  { argument: 'customHardware', kind: 'hardware', input: 'HardwareCreateInput' },
] as const;

type OwnArguments = { readonly [Argument in (typeof ownArguments)[number]['argument']]?: object | null | undefined };

interface Asked {
  catalogue: Catalogue;
  schema: GraphQLSchema;
  /** Arguments that the request leaves out. */
  left: ReadonlySet<string>;
}

/**
 * Profiles that come with the question: checked as the mutations that create them check theirs.
 *
 * @throws InvalidFactsError with the paths of the argument
 * @throws IdTakenError the id or an alias is in the catalogue
 * @throws GraphQLError INVALID_ARGUMENT the question names another one too
 */
export function ownProfilesOf(given: OwnArguments, { catalogue, schema, left }: Asked) {
  return ownArguments.flatMap(({ argument, kind, input }) => {
    const stated = given[argument];
    if (stated == null) return [];
    const id = String(Reflect.get(stated, 'id'));
    if (!left.has(kind)) throw invalidArgument(argument, id, `must be left out where ${kind} names one`);
    const type = schema.getType(input);
    if (!isInputObjectType(type)) throw new TypeError(`there is no input ${input}`);
    const { facts, pathOf } = factsOfInput(type, stated);
    const inArgument = (path: string) => pathOf(path).replace(/^input/, argument);
    return [checked(catalogue, { kind, id, facts: withoutNulls(facts) }, inArgument)];
  });
}

function checked(catalogue: Catalogue, own: OwnProfile, pathOf: (factPath: string) => string) {
  try {
    return unstoredProfile(catalogue, own);
  } catch (error) {
    if (!(error instanceof InvalidFactsError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: pathOf(problem.path) }));
    throw new InvalidFactsError(error.kind, error.id, problems);
  }
}
