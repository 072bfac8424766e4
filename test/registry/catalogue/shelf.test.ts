import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/engine/shapes.ts';
import { groupedBy } from '../../../src/registry/catalogue/derivation.ts';
import { ProfileIndex } from '../../../src/registry/catalogue/profileIndex.ts';
import { Shelf } from '../../../src/registry/catalogue/shelf.ts';
import { StoredProfile } from '../../../src/registry/catalogue/storedProfile.ts';
import type { Profile } from '../../../src/registry/kinds/kind.ts';
import { type ModelFacts, kind as models } from '../../../src/registry/kinds/model.ts';
import { hostedModel } from '../profileFacts.ts';

const makers = ['Ann', 'Bob', 'Cem'];

/** A model as its row would have it; `name` tells versions of it apart. */
const anyModel = fc
  .record({
    id: fc.constantFrom('alpha-7b', 'beta-7b', 'gamma-70b', 'delta-70b', 'epsilon-1b'),
    name: fc.constantFrom('Seven', 'Seventy', 'Little one'),
    developer: fc.constantFrom(...makers),
    isRetired: fc.boolean(),
  })
  .map(({ id, name, developer, isRetired }) => {
    const facts = JSON.stringify(hostedModel(name, { developer }));
    const retiredAt = isRetired ? '2026-01-01T00:00:00Z' : null;
    const rest = { revision: 1, origin: 'user', replacedBy: null, updatedAt: '2026-01-01T00:00:00Z' } as const;
    return new StoredProfile(models, { kind: 'model', id, name, facts, retiredAt, ...rest });
  });

type Stored = StoredProfile<ModelFacts, Model>;

test('what is carried from shelf to shelf is what working it out anew gives', () => {
  const byMaker = groupedBy<Profile<ModelFacts, Model>>(({ facts }) => [facts.developer]);
  const byMakerAndName = groupedBy<Profile<ModelFacts, Model>>(({ facts, name }) => [
    facts.developer,
    name === 'Seven' ? null : name,
  ]);
  const steps = fc.array(
    fc.record({
      changed: fc.uniqueArray(anyModel, { maxLength: 4, selector: ({ id }) => id }),
      // What nobody asked for is not carried, and worked out later.
      asks: fc.constantFrom('nothing', 'list', 'groups', 'suggestions', 'everything'),
    }),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      let shelf = new Shelf(models.kind, ProfileIndex.of<Stored>([]));
      const latest = new Map<string, Stored>();
      for (const { changed, asks } of taken) {
        shelf = shelf.with(changed);
        for (const model of changed) latest.set(model.id, model);
        if (asks === 'list' || asks === 'everything') shelf.all();
        if (asks === 'groups' || asks === 'everything') shelf.derived(byMaker);
        if (asks === 'suggestions' || asks === 'everything') shelf.suggest('70b');
      }
      const anew = new Shelf(models.kind, ProfileIndex.of([...latest.values()]));
      expect(shelf.all()).toEqual(anew.all());
      for (const derivation of [byMaker, byMakerAndName]) {
        expect(shelf.derived(derivation)).toEqual(anew.derived(derivation));
      }
      for (const typed of ['alpha', 'seventy', 'lite one', 'epsilon 7b']) {
        expect(shelf.suggest(typed), typed).toEqual(anew.suggest(typed));
      }
    }),
    { numRuns: 300 },
  );
});
