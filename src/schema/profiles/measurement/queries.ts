import type { Catalogue } from '../../../registry/catalogue/catalogue.ts';
import type { MeasurementProfile } from '../../../registry/catalogue/profiles.ts';
import { resolveName } from '../../../registry/names/resolve.ts';
import { CountRangeInput, inside, requireOrdered } from '../../arguments/filterRange.ts';
import { builder } from '../../builder.ts';
import { listPage, pageArguments, pageRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { MeasurementConnection, MeasurementMode, MetricName, Trust } from './type.ts';

const MeasurementFilter = builder.inputType('MeasurementFilter', {
  description: 'Which measurements to list: all conditions must hold.',
  fields: (t) => ({
    model: t.id({ description: 'Of this model, whatever it is called.' }),
    hardware: t.id({ description: 'On this device, whatever it is called.' }),
    runtime: t.id({ description: 'By this runtime, whatever it is called.' }),
    metric: t.field({ type: MetricName, description: 'That measured this.' }),
    mode: t.field({ type: MeasurementMode, description: 'Driven so.' }),
    year: t.field({
      type: CountRangeInput,
      description: 'With a build of the runtime of these years (calendar years).',
    }),
    trust: t.field({ type: [Trust], description: 'Trusted so far: any of these.' }),
  }),
});

builder.queryFields((t) => ({
  measurements: t.field({
    type: MeasurementConnection,
    nullable: true,
    description:
      'Published and recorded benchmarks, a page at a time. Example: `{ measurements(filter: { hardware: "A100" }, first: 5) ' +
      '{ totalCount nodes { name date metrics { outputTokensPerSecond } sources { url } } } }`',
    args: {
      filter: t.arg({ type: MeasurementFilter, description: 'Which measurements; left out = all.' }),
      ...pageArguments(t, listPage),
    },
    resolve: resolving((_root, { filter, ...page }, { catalogue }) =>
      catalogue.measurement.list({
        ...pageRequest(page, listPage),
        ...(filter && { where: measurementsWhere(filter, catalogue) }),
      }),
    ),
  }),
}));

function measurementsWhere(
  filter: typeof MeasurementFilter.$inferInput,
  catalogue: Catalogue,
): (measurement: MeasurementProfile) => boolean {
  const named = (kind: 'model' | 'hardware' | 'runtime', typed: string) =>
    resolveName(catalogue, kind, typed, `filter.${kind}`).profile.id;
  const model = filter.model == null ? null : named('model', filter.model);
  const hardware = filter.hardware == null ? null : named('hardware', filter.hardware);
  const runtime = filter.runtime == null ? null : named('runtime', filter.runtime);
  requireOrdered('filter.year', filter.year);
  const { metric, mode, trust } = filter;
  return ({ facts }) =>
    (model === null || facts.model === model) &&
    (hardware === null || facts.hardware === hardware) &&
    (runtime === null || facts.runtime === runtime) &&
    (metric == null || facts.metrics[metric] !== undefined) &&
    (mode == null || facts.mode === mode) &&
    (trust == null || trust.includes(facts.trust)) &&
    inside(facts.runtimeYear, filter.year);
}
