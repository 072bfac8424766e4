import { Repeater } from 'graphql-yoga';
import type { Change } from '../../registry/changes/history.ts';
import type { Registry } from '../../registry/registry.ts';
import { builder } from '../builder.ts';
import { resolving } from '../errors.ts';
import { ChangeType } from './change.ts';
import { namedProfile, namedProfileArguments } from './namedProfile.ts';

/** Changes of one event at most; the rest follows in the next. */
const mostChanges = 100;

interface CatalogueChange {
  catalogueRevision: number;
  changes: readonly Change[];
}

const CatalogueChangeType = builder.objectRef<CatalogueChange>('CatalogueChange').implement({
  description: 'Changes that have happened since the event before, or since the subscription began.',
  fields: (t) => ({
    catalogueRevision: t.exposeInt('catalogueRevision', {
      description: 'The catalogue’s revision with these changes, a count.',
    }),
    changes: t.field({
      type: [ChangeType],
      description: 'What changed, the oldest first.',
      resolve: ({ changes }) => [...changes],
    }),
  }),
});

builder.subscriptionType({
  description: 'What happens while you listen, as server-sent events.',
  fields: (t) => ({
    catalogueChanged: t.field({
      type: CatalogueChangeType,
      description:
        'Tells of each change of the catalogue, by whichever process on the same database, within a moment. ' +
        'Example: `subscription { catalogueChanged(kind: OFFER) { changes { id action actor } } }`',
      args: namedProfileArguments(t),
      subscribe: (_root, named, { catalogue, registry, stopping }) => {
        const { kind, id } = resolving(namedProfile)(catalogue, named.kind, named.id);
        const concerns = (change: Change) => (kind ?? change.kind) === change.kind && (id ?? change.id) === change.id;
        return catalogueChanges(registry, concerns, stopping);
      },
      resolve: (event, _args, context) => {
        context.catalogue = context.registry.catalogue();
        return event;
      },
    }),
  }),
});

/**
 * Reads the change log on from where it stands. A slow listener holds nothing up and misses nothing: it gets more
 * changes in fewer events.
 */
function catalogueChanges(
  registry: Registry,
  concerns: (change: Change) => boolean,
  stopping: AbortSignal,
): AsyncIterable<CatalogueChange> {
  const start = registry.catalogue().revision;
  const following = resolving(registry.changesFollowing);
  return new Repeater(async (push, stop) => {
    let seen = 0;
    let ended = stopping.aborted;
    let wake: () => void = () => undefined;
    const stopListening = registry.onChange(() => wake());
    const end = () => {
      ended = true;
      wake();
    };
    stopping.addEventListener('abort', end);
    void stop.then(end);
    try {
      while (!ended) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const batch = await following(start, seen, mostChanges);
        const last = batch.at(-1);
        if (last === undefined) {
          await woken;
          continue;
        }
        seen = last.seq;
        const changes = batch.filter(concerns);
        if (changes.length > 0) await push({ catalogueRevision: last.catalogueRevision, changes });
      }
    } finally {
      stopListening();
      stopping.removeEventListener('abort', end);
      stop();
    }
  });
}
