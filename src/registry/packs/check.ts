import { join } from 'node:path';
import { PackError, problemText } from '../errors.ts';
import { JsonTextError, parseJsonText, pathSegments, positionOfPath } from '../jsonText.ts';
import { mergePacks } from './merge.ts';
import { type Pack, type PackFile, readPack } from './pack.ts';
import { loadPack } from './package.ts';
import { discoverPriceSources, profilesOfPriceSource } from './priceSources/discover.ts';
import { type PackProfile, profilesOfPack } from './profiles.ts';

const seedsFolder = join(import.meta.dirname, '../../../seeds');

/** What a check of a pack found. */
export interface PackCheck {
  profiles: number;
  /** `file:line:column: where in the file: what is wrong`, every problem of every file. */
  problems: readonly string[];
  /** Built-in profiles that the pack would replace, one line each. */
  replaced: readonly string[];
}

/**
 * Checks a pack as a start would, without a database and without stopping at the first bad file: each file by itself,
 * then names and references against the built-in profiles.
 *
 * @throws RegistryError the folder or the package cannot be read at all
 */
export async function checkPack(entry: string): Promise<PackCheck> {
  const { pack } = await loadPack(entry);
  const problems: string[] = [];
  const profiles: PackProfile[] = [];
  const files = new Map<string, string>();
  for (const file of pack.files) {
    const { found, wrong } = checkFile(pack, file);
    problems.push(...wrong);
    for (const profile of found) {
      const key = `${profile.kind.kind}/${profile.id}`;
      const earlier = files.get(key);
      if (earlier !== undefined) problems.push(`${file.path}:1:1: ${profile.id} is already in ${earlier}`);
      files.set(key, file.path);
      profiles.push(profile);
    }
  }
  if (problems.length > 0) return { profiles: profiles.length, problems, replaced: [] };
  try {
    const prices = (await discoverPriceSources()).flatMap(profilesOfPriceSource);
    const seeds = [...profilesOfPack(readPack(seedsFolder, 'seed')), ...prices];
    return { profiles: profiles.length, problems, replaced: mergePacks([seeds, profiles], () => false).conflicts };
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    return { profiles: profiles.length, problems: placed(error, pack), replaced: [] };
  }
}

function checkFile(pack: Pack, file: PackFile): { found: PackProfile[]; wrong: string[] } {
  const text = file.bytes.toString('utf8');
  try {
    parseJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    return { found: [], wrong: [`${file.path}:${error.line}:${error.column}: ${error.message}`] };
  }
  try {
    return { found: profilesOfPack({ ...pack, files: [file] }), wrong: [] };
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    return { found: [], wrong: placed(error, pack) };
  }
}

/** Each problem of an error with its own place. */
function placed({ file, line, problems }: PackError, { files }: Pack): string[] {
  const text = files.find(({ path }) => path === file)?.bytes.toString('utf8');
  return problems.map((problem) => {
    const start = { line: line ?? 1, column: 1 };
    const place = text === undefined ? start : positionOfPath(text, pathSegments(problem.path));
    return `${file}:${place.line}:${place.column}: ${problemText(problem)}`;
  });
}
