import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import { groupedBy } from '../../registry/catalogue/derivation.ts';
import type { MeasurementProfile } from '../../registry/catalogue/profiles.ts';

const bySubject = groupedBy<MeasurementProfile>(({ facts }) => [facts.model, facts.hardware, facts.runtime]);

/** Measurements of a model, a device or by a runtime, by the id of that. */
export function measurementsOf(
  { measurement }: Pick<Catalogue, 'measurement'>,
  id: string,
): readonly MeasurementProfile[] {
  return measurement.derived(bySubject).get(id) ?? [];
}
