import { type GraphQLInputObjectType, isInputObjectType } from 'graphql';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { idempotencyDays } from '../../registry/changes/plan.ts';
import { InvalidFactsError } from '../../registry/errors.ts';
import type { Kind, Profile } from '../../registry/kinds/kind.ts';
import type { Source } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { upperFirst } from '../names.ts';
import { type InputNames, inputsOf } from '../profiles/inputsOf.ts';
import { factsOfInput, patchedFacts, type StatedFacts, withoutNulls } from './inputFacts.ts';
import { type ArgumentBuilder, mutation, type Writing } from './mutation.ts';

type Types = (typeof builder)['$inferSchemaTypes'];
type NodeRef<Node> = PothosSchemaTypes.ObjectRef<Types, Node> | PothosSchemaTypes.InterfaceRef<Types, Node>;

interface KindOptions<Node> {
  /** As the API names it, and what the mutations begin with. */
  name: string;
  /** For sentences: "a device". */
  thing: string;
  node: NodeRef<Node>;
  /** What its facts are called in inputs. */
  names: Omit<InputNames, 'name'>;
  /** The id of a creation that names none. */
  idOf?: (facts: object) => string;
  /** A complete creation, for the description. */
  example: string;
  /** What to know before changing one. */
  note?: string;
  /** What is probably not meant about one that is written, in sentences. */
  advice?: (profile: Node, catalogue: Catalogue) => readonly string[];
}

/** The four mutations of a kind: `<name>Create`, `<name>Update`, `<name>Retire` and `<name>Restore`. Returns the input of the first. */
export function profileMutations<Facts extends object, Node extends Profile>(
  { kind, schema }: Pick<Kind<Facts>, 'kind' | 'schema'>,
  { name, thing, node, names, idOf, example, note = '', advice }: KindOptions<Node>,
) {
  const input = inputsOf(schema, { ...names, name: upperFirst(name) });
  const payload = (verb: string) => {
    const type = payloadOf(`${upperFirst(name)}${verb}Payload`, name, thing, node);
    if (advice !== undefined) addWarnings(type, advice);
    return type;
  };
  const inputTypeOf = ({ schema }: Writing, verb: string): GraphQLInputObjectType => {
    const type = schema.getType(`${upperFirst(name)}${verb}Input`);
    if (!isInputObjectType(type)) throw new TypeError(`${name} has no input to ${verb}`);
    return type;
  };

  mutation({
    name: `${name}Create`,
    kind,
    description:
      `Adds ${thing}. It can be asked about the moment this answers, in every process on the same database. ` +
      `Example: \`${example}\``,
    args: (arg) => ({
      input: arg({ type: input.create, required: true, description: `What is known about ${thing}.` }),
      idempotencyKey: idempotencyKeyArgument(arg),
      dryRun: dryRunArgument(arg),
    }),
    payload: payload('Create'),
    errors: ['input', 'creation'],
    run: ({ input: stated, idempotencyKey, dryRun }, writing) => {
      const { facts, pathOf } = factsOfInput(inputTypeOf(writing, 'Create'), stated);
      const id = idIn(stated) ?? idOf?.(facts) ?? '';
      checkIdempotencyKey(kind, id, idempotencyKey);
      const request = { kind, id, actor: writing.actor, dryRun: dryRun ?? false, facts: withoutNulls(facts) };
      const { write } = writing.context.registry;
      return writingPaths(pathOf, async () => ({
        profile: await write.create({ ...request, idempotencyKey: idempotencyKey ?? undefined }),
        dryRun: request.dryRun,
      }));
    },
  });

  mutation({
    name: `${name}Update`,
    kind,
    description:
      `Changes ${thing}: what the input leaves out stays, null clears. A built-in one is overridden and can be restored. ${note}`.trim(),
    args: (arg) => ({
      id: idArgument(arg, thing),
      input: arg({ type: input.update, required: true, description: 'What changes.' }),
      ...guardArguments(arg),
    }),
    payload: payload('Update'),
    errors: ['input', 'existing'],
    run: ({ input: stated, ...existing }, writing) => {
      const { id } = existing;
      let pathOf: StatedFacts['pathOf'] = (path) => path;
      const change = (current: object) => {
        const { sources } = current as { sources?: Record<string, Source> };
        const conversion = factsOfInput(inputTypeOf(writing, 'Update'), stated, sources);
        ({ pathOf } = conversion);
        requireSameBasis(kind, id, current, conversion.facts);
        return patchedFacts(current, conversion.facts);
      };
      const { write } = writing.context.registry;
      return writingPaths(
        (path) => pathOf(path),
        async () => ({
          profile: await write.update({ ...requestOf(kind, existing, writing), facts: change }),
          dryRun: existing.dryRun ?? false,
        }),
      );
    },
  });

  retirementMutations(kind, { name, thing, node });
  return input.create;
}

/** `<name>Retire` and `<name>Restore` of a kind. */
export function retirementMutations<Node extends Profile>(
  kind: string,
  { name, thing, node }: Pick<KindOptions<Node>, 'name' | 'thing' | 'node'>,
): void {
  const payload = (verb: string) => payloadOf(`${upperFirst(name)}${verb}Payload`, name, thing, node);

  mutation({
    name: `${name}Retire`,
    kind,
    description: `Takes ${thing} off the lists. It keeps its history and is still found by its id.`,
    args: (arg) => ({
      id: idArgument(arg, thing),
      replacedBy: arg.id({ description: 'Id or alias of the one to use instead.' }),
      ...guardArguments(arg),
    }),
    payload: payload('Retire'),
    errors: ['existing'],
    run: async ({ replacedBy, ...existing }, writing) => ({
      profile: await writing.context.registry.write.retire({ ...requestOf(kind, existing, writing), replacedBy }),
      dryRun: existing.dryRun ?? false,
    }),
  });

  mutation({
    name: `${name}Restore`,
    kind,
    description: `Undoes a retirement; or brings back the built-in facts (or a pack’s) of ${thing} that was overridden.`,
    args: (arg) => ({ id: idArgument(arg, thing), ...guardArguments(arg) }),
    payload: payload('Restore'),
    errors: ['existing'],
    run: async (existing, writing) => ({
      profile: await writing.context.registry.write.restore(requestOf(kind, existing, writing)),
      dryRun: existing.dryRun ?? false,
    }),
  });
}

/** What a change of one profile answers. */
export interface ProfilePayload {
  profile: Profile;
  dryRun: boolean;
}

/** A payload with the profile under its kind's name. */
export function payloadOf<Node extends Profile>(typeName: string, name: string, thing: string, node: NodeRef<Node>) {
  return builder.objectRef<ProfilePayload>(typeName).implement({
    description: `It happened; or, in a dry run, it would have.`,
    fields: (t) => ({
      [name]: t.field({
        type: node,
        description: `The profile of ${thing} as it is now; in a dry run, as it would be.`,
        resolve: ({ profile }) => profile as never,
      }),
      dryRun: t.exposeBoolean('dryRun', { description: 'Nothing was written.' }),
    }),
  });
}

function addWarnings<Node extends Profile>(
  payload: ReturnType<typeof payloadOf>,
  advice: NonNullable<KindOptions<Node>['advice']>,
): void {
  builder.objectField(payload, 'warnings', (t) =>
    t.stringList({
      description: 'What is probably not meant, though it was taken as it is; empty = nothing.',
      resolve: ({ profile }, _args, { catalogue }) => [...advice(profile as Node, catalogue)],
    }),
  );
}

export function idempotencyKeyArgument(arg: ArgumentBuilder) {
  return arg.string({
    description:
      'A word of yours for this creation, up to 200 characters: repeating the request with it within ' +
      `${idempotencyDays} days adds nothing again and answers with the profile as it is now.`,
  });
}

/** @throws InvalidFactsError a key that is empty or too long */
export function checkIdempotencyKey(kind: string, id: string, key: string | null | undefined): void {
  if (key == null || (key !== '' && key.length <= 200)) return;
  const message = 'must have 1 to 200 characters';
  throw new InvalidFactsError(kind, id, [{ path: 'idempotencyKey', code: 'OUT_OF_RANGE', message }]);
}

export function dryRunArgument(arg: ArgumentBuilder) {
  return arg.boolean({
    defaultValue: false,
    description: 'Checks everything, answers as if it were done, and writes nothing.',
  });
}

function idArgument(arg: ArgumentBuilder, thing: string) {
  return arg.id({ required: true, description: `Id or alias of ${thing}.` });
}

function guardArguments(arg: ArgumentBuilder) {
  return {
    expectedRevision: arg.int({
      description: 'The revision you have seen, a count: when it has moved on, nothing is written.',
    }),
    dryRun: dryRunArgument(arg),
  };
}

interface ExistingValues {
  id: string;
  expectedRevision?: number | null | undefined;
  dryRun?: boolean | null | undefined;
}

function requestOf(kind: string, { id, expectedRevision, dryRun }: ExistingValues, { actor }: Writing) {
  return { kind, id, actor, expectedRevision: expectedRevision ?? undefined, dryRun: dryRun ?? false };
}

/** The id, which a one-of input has inside. */
function idIn(input: object): string | null {
  const [only] = Object.values(input);
  const holder = 'id' in input ? input : typeof only === 'object' && only !== null ? only : {};
  const id = Reflect.get(holder, 'id');
  return typeof id === 'string' ? id : null;
}

/** A price by the hour does not become one by the token: that is another offer. */
function requireSameBasis(kind: string, id: string, current: { basis?: string }, change: { basis?: unknown }): void {
  if (change.basis === undefined || change.basis === current.basis) return;
  const message = `${id} is an offer of the basis ${current.basis}: another basis is another offer`;
  throw new InvalidFactsError(kind, id, [{ path: 'basis', code: 'CONTRADICTION', message }]);
}

/** Problems with facts, in the words of the input. */
export async function writingPaths<Result>(
  pathOf: (factPath: string) => string,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof InvalidFactsError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: pathOf(problem.path) }));
    throw new InvalidFactsError(error.kind, error.id, problems);
  }
}
