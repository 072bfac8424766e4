import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Estimator } from '../../engine/shapes.ts';
import { RegistryError } from '../errors.ts';
import { allKinds } from '../kinds/kinds.ts';
import { idSchema } from '../kinds/source.ts';
import type { PackDefinition } from './definePack.ts';
import { type Pack, type PackFile, readPack, singleEnding } from './pack.ts';

/** A pack with the estimators it brings. */
export interface LoadedPack {
  pack: Pack;
  estimators: readonly Estimator[];
}

const definitionSchema = z.strictObject({
  name: z.string().min(1).max(120),
  folder: z.union([z.string(), z.instanceof(URL)]).optional(),
  profiles: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).optional(),
  estimators: z
    .array(
      z.strictObject({
        id: idSchema,
        title: z.string().min(3).max(300),
        estimate: z.custom<Estimator['estimate']>((value) => typeof value === 'function', 'must be a function'),
      }),
    )
    .optional(),
});

const packageSchema = z.object({ name: z.string(), exports: z.unknown().optional(), main: z.string().optional() });

/**
 * Reads one entry of PROFILE_PACKS: a folder of profile files, the folder of a package, or the name of an installed
 * package, whose default export is the pack.
 *
 * @param from folder that names are installed under and paths start from
 * @throws RegistryError there is neither, or the package does not export a pack
 */
export async function loadPack(entry: string, from = process.cwd()): Promise<LoadedPack> {
  const folder = resolve(from, entry);
  if (existsSync(folder) && statSync(folder).isDirectory()) {
    const main = mainOf(folder);
    if (main === null) return { pack: readPack(folder, 'pack'), estimators: [] };
    return packOfModule(entry, main);
  }
  if (/^[./]/.test(entry) || entry.includes('\\')) return { pack: readPack(folder, 'pack'), estimators: [] };
  return packOfModule(entry, installedModule(entry, from));
}

/** The module of a package in a folder; null when the folder is no package that exports anything. */
function mainOf(folder: string): string | null {
  const description = join(folder, 'package.json');
  if (!existsSync(description)) return null;
  const stated = packageSchema.safeParse(JSON.parse(readFileSync(description, 'utf8')));
  if (!stated.success) return null;
  const { name, exports, main } = stated.data;
  // A package may ask for itself by its own name, which honours its "exports".
  if (exports !== undefined) return createRequire(description).resolve(name);
  return main === undefined ? null : join(folder, main);
}

function installedModule(name: string, from: string): string {
  const places = [join(from, 'package.json'), import.meta.filename];
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') throw broken(name, error);
    }
  }
  throw new RegistryError(
    `The pack ${name} is neither a folder nor an installed package.`,
    `Nothing was loaded. Correct PROFILE_PACKS, or install it: npm install ${name}`,
  );
}

async function packOfModule(name: string, path: string): Promise<LoadedPack> {
  let exported: unknown;
  try {
    ({ default: exported } = await import(pathToFileURL(path).href));
  } catch (error) {
    throw broken(name, error);
  }
  const parsed = definitionSchema.safeParse(exported);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the default export'}: ${message}`,
    );
    throw new RegistryError(
      `The package ${name} does not export a pack: ${reasons.slice(0, 3).join('; ')}.`,
      'Nothing was loaded. Its default export must be what definePack takes.',
    );
  }
  const definition: PackDefinition = parsed.data;
  const folder = definition.folder instanceof URL ? fileURLToPath(definition.folder) : definition.folder;
  const files = folder === undefined ? [] : readPack(folder, 'pack').files;
  const pack: Pack = {
    name: `pack ${definition.name}`,
    origin: 'pack',
    files: [...files, ...filesInCode(name, definition)],
  };
  return { pack, estimators: definition.estimators ?? [] };
}

/** Profiles written in code, as if they lay in files. */
function filesInCode(packageName: string, { profiles = {} }: PackDefinition): PackFile[] {
  const kindOfFolder = new Map(allKinds.map((kind) => [kind.folder, kind]));
  return Object.entries(profiles).flatMap(([folder, byId]) => {
    const kind = kindOfFolder.get(folder);
    if (kind === undefined) {
      throw new RegistryError(
        `The package ${packageName} has profiles of ${JSON.stringify(folder)}, which is no kind.`,
        `Nothing was loaded. Kinds are ${[...kindOfFolder.keys()].join(', ')}.`,
      );
    }
    const single = kind.expand !== undefined;
    return Object.entries(byId).map(([id, facts]) => ({
      ...{ kind, id, single },
      path: `${packageName}: ${folder}/${id}${single ? singleEnding : ''}`,
      bytes: Buffer.from(JSON.stringify(facts, null, 2)),
    }));
  });
}

function broken(name: string, error: unknown): RegistryError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RegistryError(`The package ${name} cannot be loaded: ${reason}`, 'Nothing was loaded.', { cause: error });
}
