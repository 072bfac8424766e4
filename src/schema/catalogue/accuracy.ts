import type { Accuracy, AccuracyGroup, AccuracyPoint } from '../../registry/accuracy.ts';
import { pageOf } from '../../registry/catalogue/page.ts';
import { builder } from '../builder.ts';
import { connectionOf, listPage, pageArguments, pageRequest } from '../connection.ts';
import { invalidArgument, resolving } from '../errors.ts';
import { MeasurementType, MetricName } from '../profiles/measurement/type.ts';

const AimType = builder.objectRef<AccuracyGroup['aim']>('AccuracyAim').implement({
  description: 'Errors that are meant to be kept.',
  fields: (t) => ({
    median: t.exposeFloat('median', {
      description: 'Median of |predicted ÷ measured − 1|, a fraction (dimensionless).',
    }),
    p90: t.exposeFloat('p90', { description: 'Its 90th percentile, a fraction (dimensionless).' }),
  }),
});

const RivalType = builder.objectRef<NonNullable<AccuracyGroup['bestRival']>>('AccuracyRival').implement({
  description: 'A published formula on the same points, with our exact bytes of weights and cache.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called.' }),
    count: t.exposeInt('count', { description: 'Points that it answers, a count.' }),
    median: t.exposeFloat('median', {
      description: 'Median of |predicted ÷ measured − 1|, a fraction (dimensionless).',
    }),
    p90: t.exposeFloat('p90', { description: 'Its 90th percentile, a fraction (dimensionless).' }),
  }),
});

const GroupType = builder.objectRef<AccuracyGroup>('AccuracyGroup').implement({
  description:
    'Measurements of one sort, and how far predictions are off that were fitted without all that their source published.',
  fields: (t) => ({
    id: t.exposeID('group', { description: 'Short slug, to ask `points` for.' }),
    title: t.exposeString('title', { description: 'What was measured.' }),
    count: t.exposeInt('count', { description: 'Points, a count.' }),
    sources: t.exposeInt('sources', { description: 'Sources that have measured it, a count.' }),
    median: t.exposeFloat('median', {
      description: 'Median of |predicted ÷ measured − 1|, a fraction (dimensionless).',
    }),
    p90: t.exposeFloat('p90', { description: 'Its 90th percentile, a fraction (dimensionless).' }),
    bias: t.exposeFloat('bias', { description: 'Median of predicted ÷ measured, dimensionless: 1 = unbiased.' }),
    coverage: t.exposeFloat('coverage', {
      nullable: true,
      description:
        'Share of the measurements inside the 80 % range of their prediction, 0 to 1 (dimensionless); null = no range is given.',
    }),
    aim: t.expose('aim', { type: AimType, description: 'What the errors are meant to stay under.' }),
    bestRival: t.expose('bestRival', {
      type: RivalType,
      nullable: true,
      description: 'The published formula that does best; null = none answers.',
    }),
  }),
});

const PointType = builder.objectRef<AccuracyPoint>('AccuracyPoint').implement({
  description: 'A measured figure, and what was predicted for it by coefficients that were fitted without its source.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'One of a kind among all points.' }),
    measurementId: t.exposeID('measurement', { description: 'Id of the measurement.' }),
    measurement: t.field({
      type: MeasurementType,
      nullable: true,
      description: 'The measurement; null where a pack has taken it away.',
      resolve: ({ measurement }, _args, { catalogue }) => catalogue.measurement.find(measurement),
    }),
    group: t.exposeID('group', { description: 'The group it counts in.' }),
    metric: t.expose('metric', {
      type: MetricName,
      description: 'What was measured: its unit is that of the figures.',
    }),
    measured: t.exposeFloat('measured', { description: 'Measured, in the unit of the metric.' }),
    predicted: t.exposeFloat('predicted', { description: 'Predicted, in the unit of the metric.' }),
    low: t.exposeFloat('low', {
      nullable: true,
      description: 'Lower end of its 80 % range, in the unit of the metric; null = no range is given.',
    }),
    high: t.exposeFloat('high', {
      nullable: true,
      description: 'Upper end of its 80 % range, in the unit of the metric; null = no range is given.',
    }),
  }),
});

const AccuracyPointConnection = connectionOf('AccuracyPoint', PointType, 'points');

const AccuracyType = builder.objectRef<Accuracy>('Accuracy').implement({
  description:
    'How well published measurements are predicted by a fit that knows nothing of their source: the report docs/accuracy.md, as data.',
  fields: (t) => ({
    date: t.exposeString('date', { description: 'Day of the cross-validation, ISO.' }),
    groups: t.field({ type: [GroupType], description: 'Its groups.', resolve: ({ groups }) => [...groups] }),
    points: t.field({
      type: AccuracyPointConnection,
      nullable: true,
      description:
        'The points, by measurement, a page at a time; a measurement may count in several groups. null = not answered; the error says why.',
      args: {
        group: t.arg.id({ description: 'Of this group; left out = all.' }),
        ...pageArguments(t, listPage),
      },
      resolve: resolving(({ groups, points }, { group, ...page }) => {
        if (group != null && !groups.some((known) => known.group === group)) {
          const allowed = groups.map((known) => known.group);
          throw invalidArgument('group', group, `must be one of ${allowed.join(', ')}`, allowed);
        }
        const listed = group == null ? points : points.filter((point) => point.group === group);
        return pageOf(listed, pageRequest(page, listPage));
      }),
    }),
  }),
});

builder.queryField('accuracy', (t) =>
  t.field({
    type: AccuracyType,
    description:
      'How well the calculator predicts what it has not seen. ' +
      'Example: `{ accuracy { date groups { id title count median p90 coverage } points(group: "local-prefill", first: 5) ' +
      '{ nodes { measurementId metric measured predicted low high } } } }`',
    resolve: (_root, _args, { registry }) => registry.accuracy(),
  }),
);
