import { type FactProblem, PackError } from '../errors.ts';
import { parseJsonFile } from '../jsonFile.ts';
import { lineOfPath, pathSegments, pathText } from '../jsonText.ts';
import { factProblems } from '../kinds/factProblems.ts';
import type { Kind, Reference } from '../kinds/kind.ts';
import { idSchema } from '../kinds/source.ts';
import type { Pack, PackFile } from './pack.ts';

/** A profile that a pack brings, validated. */
export interface PackProfile {
  kind: Kind;
  id: string;
  name: string;
  origin: Pack['origin'];
  /** Name of the pack. */
  pack: string;
  /** The file it is in, for messages; of a price source, its name. */
  file: string;
  /** The facts as they are stored. */
  facts: string;
  aliases: readonly string[];
  references: readonly Reference[];
  /** The error that something in this profile causes, with its place in the file. */
  problem(problem: FactProblem): PackError;
}

/** @throws PackError the first file that is not valid, with the line and every problem found in it */
export function profilesOfPack(pack: Pack): PackProfile[] {
  const profiles: PackProfile[] = [];
  const files = new Map<string, string>();
  for (const file of pack.files) {
    for (const profile of profilesOfFile(pack, file)) {
      const key = `${profile.kind.kind}/${profile.id}`;
      const earlier = files.get(key);
      if (earlier !== undefined) throw profile.problem({ path: '', message: `${profile.id} is already in ${earlier}` });
      files.set(key, file.path);
      profiles.push(profile);
    }
  }
  return profiles;
}

function profilesOfFile(pack: Pack, file: PackFile): PackProfile[] {
  const fail = (problems: readonly FactProblem[], within: PropertyKey[] = []) => {
    const path = [...within, ...pathSegments(problems[0]?.path ?? '')];
    const placed = problems.map(({ path, message }) => ({ path: joinPath(pathText(within), path), message }));
    return new PackError(file.path, lineOfPath(file.bytes.toString('utf8'), path), placed);
  };
  const { kind, id: fileId } = file;
  const content = withoutSchemaLink(parseJsonFile(file.path, file.bytes.toString('utf8')));
  const badName = checkId(fileId);
  if (badName !== null) throw fail([{ path: '', message: `the file's name ${badName}` }]);

  if (kind.expand === undefined || file.single) {
    return [packProfile({ ...pack, file: file.path }, kind, fileId, content, (problems) => fail(problems))];
  }
  return kind.expand(fileId, validList(kind, content, fail)).map(({ id, facts, path }) => {
    const within = pathSegments(path);
    return packProfile({ ...pack, file: file.path }, kind, id, facts, (problems) => fail(problems, within));
  });
}

function validList(
  { fileSchema }: Kind,
  content: unknown,
  fail: (problems: readonly FactProblem[]) => PackError,
): unknown {
  if (fileSchema === undefined) return content;
  const list = fileSchema.safeParse(content);
  if (!list.success) throw fail(factProblems(list.error, fileSchema, content));
  return list.data;
}

/** What is wrong with an id, to follow "the id ..."; null when nothing is. */
export function checkId(id: string): string | null {
  const parsed = idSchema.safeParse(id);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'is not an id');
}

/** Facts made into a profile of a pack. `fail` says where in the pack they are. */
export function packProfile(
  { name: pack, origin, file }: Pick<Pack, 'name' | 'origin'> & { file: string },
  kind: Kind,
  id: string,
  stated: unknown,
  fail: (problems: readonly FactProblem[]) => PackError,
): PackProfile {
  const badId = checkId(id);
  if (badId !== null) throw fail([{ path: 'id', message: `${JSON.stringify(id)} ${badId}` }]);
  const parsed = kind.schema.safeParse(stated);
  if (!parsed.success) throw fail(factProblems(parsed.error, kind.schema, stated));
  const facts = parsed.data;
  return {
    kind,
    id,
    name: kind.name(id, facts),
    origin,
    pack,
    file,
    facts: JSON.stringify(facts),
    aliases: kind.aliases(facts),
    references: kind.references(facts),
    problem: (problem) => fail([problem]),
  };
}

/** `$schema` is for editors. */
function withoutSchemaLink(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  const { $schema: _, ...rest } = content as Record<string, unknown>;
  return rest;
}

function joinPath(within: string, path: string): string {
  return within === '' || path === '' || path.startsWith('[') ? within + path : `${within}.${path}`;
}
