import { Repeater } from 'graphql-yoga';
import type { ChangeBatch } from '../../registry/changes/changeFeed.ts';
import type { Change } from '../../registry/changes/history.ts';
import type { Registry } from '../../registry/registry.ts';
import { builder } from '../builder.ts';
import { resolving } from '../errors.ts';
import { ChangeType } from './change.ts';
import { namedProfile, namedProfileArguments } from './namedProfile.ts';

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
        return catalogueChanges(registry, resolving(namedProfile)(catalogue, named.kind, named.id), stopping);
      },
      resolve: (event, _args, context) => {
        context.catalogue = context.registry.catalogue();
        return event;
      },
    }),
  }),
});

type Concern = ReturnType<typeof namedProfile>;

/** The events of a batch by what they concern: listeners who asked for the same get the same object, which is answered once. */
const eventsOf = new WeakMap<ChangeBatch, Map<string, CatalogueChange>>();

function eventOf(batch: ChangeBatch, { kind, id }: Concern): CatalogueChange {
  const events = eventsOf.get(batch) ?? new Map<string, CatalogueChange>();
  eventsOf.set(batch, events);
  const concern = `${kind} ${id}`;
  const known = events.get(concern);
  if (known !== undefined) return known;
  const changes = batch.changes.filter(
    (change) => (kind ?? change.kind) === change.kind && (id ?? change.id) === change.id,
  );
  const event = { catalogueRevision: batch.changes.at(-1)?.catalogueRevision ?? 0, changes };
  events.set(concern, event);
  return event;
}

/**
 * Reads the change log on from where it stands. A slow listener holds nothing up and misses nothing: it gets more
 * changes in fewer events.
 */
function catalogueChanges(registry: Registry, concern: Concern, stopping: AbortSignal): AsyncIterable<CatalogueChange> {
  const following = resolving((from: ChangeBatch['heard']) => registry.feed.following(from));
  let heard: ChangeBatch['heard'] = { revision: registry.catalogue().revision, seq: 0 };
  return new Repeater(async (push, stop) => {
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
        const batch = await following(heard);
        heard = batch.heard;
        if (batch.changes.length === 0) {
          await woken;
          continue;
        }
        const event = eventOf(batch, concern);
        if (event.changes.length > 0) await push(event);
      }
    } finally {
      stopListening();
      stopping.removeEventListener('abort', end);
      stop();
    }
  });
}
