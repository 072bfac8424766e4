import type { AppliedMeasurements, Basis, NearestMeasurement } from '../../calculator/answer.ts';
import type { Rest } from '../../calculator/evidence/rests.ts';
import type { CoefficientUse } from '../../engine/answer.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';
import { HostedLatencyType } from '../profiles/hostedLatency/type.ts';
import { MeasurementType } from '../profiles/measurement/type.ts';
import { SourceType } from '../profiles/source.ts';

const BasisMethod = enumOf('BasisMethod', 'What an estimate rests on, the firmest first.', {
  'measured-neighbour':
    'Measurements of this very deployment (model, device, runtime, build, formats, layout): published ones with a ' +
    'load at most twice as large or small, your own with any load; or of this model at its provider.',
  fitted: 'Coefficients fitted on measurements of this family of devices and runtime, or published for them.',
  inherited: 'At least one coefficient was fitted on wider data, because the family itself has too few measurements.',
  prices: 'Published prices only: nobody is known to have measured how fast it answers.',
  datasheet: 'Datasheet figures and assumed efficiencies: nobody measured anything close.',
});

const IntervalScope = enumOf('IntervalScope', 'Whose machine the 80 % ranges are for.', {
  'any-machine':
    'Anybody’s: how published sources differ on like machines is part of the range, because yours may be like any of ' +
    'them. It holds four of five measurements of a source that was never seen.',
  'own-machine':
    'Yours: you have recorded a measurement of this device by this runtime, so that the range is narrower by what ' +
    'sources differ in.',
});

const CoefficientType = builder.objectRef<CoefficientUse>('Coefficient').implement({
  description: 'One number that physics cannot know, as it was used.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is, with its unit where it has one.' }),
    value: t.exposeFloat('value', {
      description: 'Its value, in the unit its name states; fractions have none (dimensionless).',
    }),
    from: t.exposeString('row', {
      description: 'The group it holds for, e.g. nvidia-hopper|fp8; wider groups stand in for unmeasured ones.',
    }),
    inheritance: t.exposeInt('inheritance', {
      description:
        'Steps from the most specific group that could exist to the one used, a count; 0 = the group itself.',
    }),
    known: t.exposeString('known', { description: 'fitted, source or assumed.' }),
    data: t.exposeString('data', { description: 'The data it comes from, in words.' }),
  }),
});

const NearestMeasurementType = builder.objectRef<NearestMeasurement>('NearestMeasurement').implement({
  description:
    'The closest published point that timed what the answer is about: generating, or reading the prompt when one token ' +
    'is generated. The same model on the same device by the same runtime comes before any other; then build, formats, ' +
    'layout and load count, mostly in doublings.',
  fields: (t) => ({
    measurement: t.expose('measurement', { type: MeasurementType, description: 'The measurement.' }),
    differs: t.stringList({
      description: 'What is different there, each with both values: "batch: 8 there, 32 here". Empty when nothing is.',
      resolve: ({ differs }) => [...differs],
    }),
  }),
});

const CalibrationType = builder.objectRef<AppliedMeasurements>('Calibration').implement({
  description:
    'How far measurements of your own, on this device by this runtime, moved the answer. Every answer of the device and ' +
    'runtime moves by their mean residual, shrunk by how few they are; at the measured deployment and load the answer is ' +
    'the measurement, unless that is faster than the datasheet allows.',
  fields: (t) => ({
    timeToFirstTokenFactor: t.exposeFloat('timeToFirstTokenFactor', {
      description: 'What the time to first token was multiplied by (dimensionless); 1 = not moved.',
    }),
    timePerOutputTokenFactor: t.exposeFloat('timePerOutputTokenFactor', {
      description: 'What the time per output token was multiplied by (dimensionless); 1 = not moved.',
    }),
    saturationFactor: t.exposeFloat('saturationFactor', {
      description: 'What the time per output token at saturation was multiplied by (dimensionless); 1 = not moved.',
    }),
    measurements: t.field({
      type: [MeasurementType],
      description: 'Your measurements that moved it.',
      resolve: ({ measurements }) => [...measurements],
    }),
  }),
});

const RestMethod = enumOf('RestMethod', 'How something an answer rests on is known.', {
  datasheet: 'The maker or another public page states it.',
  measured: 'Somebody published a measurement of it.',
  fitted: 'Fitted on published measurements.',
  source: 'Known from a source or by definition, without fitting.',
  assumed: 'No measurement behind it: an assumption.',
});

const RestType = builder.objectRef<Rest>('Rest').implement({
  description: 'One thing an answer rests on, in plain words.',
  fields: (t) => ({
    about: t.exposeString('about', { description: 'Which figure it carries.' }),
    text: t.exposeString('text', { description: 'Where that comes from, in a sentence.' }),
    method: t.expose('method', { type: RestMethod, description: 'How it is known.' }),
    points: t.exposeInt('points', {
      nullable: true,
      description: 'Published measurements behind it, a count; null where it is not fitted.',
    }),
    date: t.exposeString('date', {
      nullable: true,
      description: 'Day of the fit or of the measurement (ISO date or a part of one); null = undated.',
    }),
    source: t.expose('source', {
      type: SourceType,
      nullable: true,
      description:
        'The page it is from, or the one with the most measurements; null where it is on many pages or none is recorded.',
    }),
  }),
});

export const BasisType = builder.objectRef<Basis>('Basis').implement({
  description: 'How much the answer can be trusted, and why.',
  fields: (t) => ({
    method: t.expose('method', { type: BasisMethod, description: 'What it rests on.' }),
    rests: t.field({
      type: [RestType],
      description: 'What carries the answer, in plain words: datasheet figures, then what was fitted and on what.',
      resolve: (basis) => [...basis.rests()],
    }),
    evidence: t.exposeString('evidence', { description: 'The same in a sentence.' }),
    nearestMeasurement: t.field({
      type: NearestMeasurementType,
      nullable: true,
      description: 'The closest published point and what differs; null for an API.',
      resolve: (basis) => basis.nearestMeasurement(),
    }),
    calibration: t.expose('ownMeasurements', {
      type: CalibrationType,
      nullable: true,
      description: 'What measurements of your own changed; null where there are none of the device and runtime.',
    }),
    expectedErrorPercent: t.exposeFloat('expectedErrorPercent', {
      nullable: true,
      description:
        'Typical (median) error of endToEndMs for estimates with such a basis, in percent; null where a single ' +
        'published measurement is all there is.',
    }),
    intervalScope: t.expose('intervalScope', {
      type: IntervalScope,
      nullable: true,
      description:
        'Which of two ranges the answer has: the wide one, or the narrow one of a machine you have measured, of the phase ' +
        'asked about (generating; reading the prompt when one token is generated). A phase you have not timed keeps the ' +
        'wide one. Null for an API.',
    }),
    coefficients: t.field({
      type: [CoefficientType],
      description: 'What was used beside physics and datasheets; empty for an API.',
      resolve: ({ coefficients }) => withoutRepeats(coefficients),
    }),
    hostedMeasurements: t.field({
      type: [HostedLatencyType],
      description: 'API only: the published measurements the latency was read from.',
      resolve: ({ hostedMeasurements }) => [...hostedMeasurements],
    }),
  }),
});

/** The engine notes each use; a coefficient used twice is shown once. */
function withoutRepeats(uses: readonly CoefficientUse[]): CoefficientUse[] {
  return [...new Map(uses.map((use) => [`${use.name} ${use.row}`, use])).values()];
}
