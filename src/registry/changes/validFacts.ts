import { type Catalogue, shelfOf } from '../catalogue/catalogue.ts';
import { type FactProblem, IdTakenError, InvalidFactsError } from '../errors.ts';
import { pathSegments } from '../jsonText.ts';
import { factProblems } from '../kinds/factProblems.ts';
import type { Kind, Reference } from '../kinds/kind.ts';
import { resolvePlain } from '../names/resolve.ts';
import { didYouMean } from '../nearestNames.ts';
import { checkId } from '../packs/profiles.ts';

/**
 * A user's facts as they are stored: checked, and with the ids of the profiles they name, whichever name was given.
 * Every problem at once: what the schema finds, else names and references that do not fit the catalogue.
 *
 * @throws InvalidFactsError IdTakenError
 */
export function validFacts(catalogue: Catalogue, kind: Kind, id: string, stated: unknown): object {
  const badId = checkId(id);
  const parsed = kind.schema.safeParse(stated);
  const problems: FactProblem[] = badId === null ? [] : [{ path: 'id', code: 'INVALID_VALUE', message: badId }];
  if (!parsed.success) problems.push(...factProblems(parsed.error, kind.schema, stated));
  if (!parsed.success || problems.length > 0) throw new InvalidFactsError(kind.kind, id, problems);

  const facts = parsed.data;
  const shelf = shelfOf(catalogue, kind.kind);
  for (const alias of kind.aliases(facts)) {
    const owner = shelf.find(alias);
    if (owner !== null && owner.id !== id) throw new IdTakenError(kind.kind, alias, owner.id);
  }
  const before = shelf.find(id)?.facts ?? null;
  problems.push(...(kind.contradictions?.(id, facts, { before, others: () => shelf.unordered() }) ?? []));
  for (const reference of kind.references(facts)) {
    const found = resolvePlain(catalogue, reference.kind, reference.id);
    if (found === null) problems.push(unknownReference(catalogue, reference));
    // Any of its names may be given; what is kept is the id, which never changes.
    else if (found.id !== reference.id) setAt(facts, reference.path, found.id);
  }
  if (problems.length > 0) throw new InvalidFactsError(kind.kind, id, problems);
  return facts;
}

function unknownReference(catalogue: Catalogue, { kind, id, path }: Reference): FactProblem {
  const [suggestion] = shelfOf(catalogue, kind).suggest(id);
  const message = `there is no ${kind} ${JSON.stringify(id)}${didYouMean(suggestion)}`;
  return { path, code: 'UNKNOWN_PROFILE', message, ...(suggestion !== undefined && { suggestion }) };
}

/** Sets the value at a path of facts, such as `memory.defaultCache`, that is there. */
function setAt(facts: object, path: string, value: unknown): void {
  const segments = pathSegments(path);
  const key = segments.pop();
  const holder = segments.reduce<object>((inside, segment) => Reflect.get(inside, segment) as object, facts);
  if (key !== undefined) Reflect.set(holder, key, value);
}
