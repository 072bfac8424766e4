import type { GraphQLSchema } from 'graphql';
import { StorageError } from '../registry/errors.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { type RequestHeaders, requestContext } from '../schema/context.ts';
import { resolving } from '../schema/errors.ts';
import { buildSchema } from '../schema/index.ts';
import type { ApiOptions } from './api.ts';
import { requestLimits } from './limits/limits.ts';
import { storageLog } from './observe/storageLog.ts';
import type { Settings } from './settings.ts';

/** Everything that answers questions, apart from how they arrive. */
export interface Calculator extends ApiOptions {
  schema: GraphQLSchema;
  /** Null when questions can be answered and changes made, else why not. */
  notReady(): Promise<string | null>;
  /**
   * Lines for the operator: which packs stand over which, each file that stands for another, and what was changed here and
   * hides a pack's facts.
   */
  packReport: readonly string[];
  catalogueRevision(): number;
  /** Models and devices in the catalogue, counts. */
  models: number;
  devices: number;
  /** Ends subscriptions, which would hold their connections for ever. */
  endSubscriptions(): void;
  /** The write key of a database that never had one, made now; null when it has. */
  firstKey(): Promise<string | null>;
  close(): Promise<void>;
}

/**
 * Opens the database, brings it in step with the profile packs, and builds the schema over it.
 *
 * @throws RegistryError when the database or a pack cannot be used
 */
export async function openCalculator({
  databaseUrl,
  profilePacks,
}: Pick<Settings, 'databaseUrl' | 'profilePacks'>): Promise<Calculator> {
  const registry = await openRegistry({
    databasePath: databaseUrl,
    packs: profilePacks,
    onStorageFailure: storageLog(databaseUrl),
  });
  const { model, hardware } = registry.catalogue();
  const stopping = new AbortController();
  return {
    schema: buildSchema(),
    createContext: (request) => requestContext(registry, request, stopping.signal, requestLimits.work),
    mayWrite: resolving(
      async (request: RequestHeaders) =>
        'actor' in (await registry.keys.authorize(request.headers.get('authorization'), 'model')),
    ),
    async notReady() {
      try {
        await registry.check();
        return null;
      } catch (error) {
        if (error instanceof StorageError) return `the database ${error.what}`;
        throw error;
      }
    },
    catalogueRevision: () => registry.catalogue().revision,
    packReport: packReport(registry),
    models: model.all().length,
    devices: hardware.all().length,
    firstKey: () => registry.keys.createFirst(),
    endSubscriptions: () => stopping.abort(),
    close: () => registry.close(),
  };
}

/** Profiles that the report names before it only counts. */
const mostNamed = 5;

function packReport({ packNames, packLoad: { conflicts, kept } }: Pick<Registry, 'packNames' | 'packLoad'>): string[] {
  const packs = packNames.length === 1 ? [] : [`Packs, each standing over those before it: ${packNames.join(', ')}`];
  return [...packs, ...conflicts, ...keptReport(kept)];
}

function keptReport(kept: readonly string[]): string[] {
  if (kept.length === 0) return [];
  const more = kept.length > mostNamed ? ` and ${kept.length - mostNamed} more` : '';
  const subject = kept.length === 1 ? '1 profile was' : `${kept.length.toLocaleString('en-US')} profiles were`;
  const named = kept.slice(0, mostNamed).join(', ');
  return [`${subject} changed here and will not follow the packs until restored: ${named}${more}`];
}
