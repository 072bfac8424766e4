/**
 * npm run calibrate               fits seeds/coefficients.json anew on seeds/measurements, and says what moved
 * npm run calibrate -- --dry-run  says what would move
 *
 * The `error.` tables come from cross-validation: run `npm run accuracy` afterwards.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { progressBar } from '../../bench/progress.ts';
import { readCoefficients, readPoints, readProfiles } from '../accuracy/seeds.ts';
import { fitRows } from './fit.ts';
import { movement } from './movement.ts';
import { coefficientText, newCoefficients } from './newCoefficients.ts';
import { withNewRows } from './newRows.ts';
import { structureOf } from './parameters.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const points = readPoints(readProfiles()).points;
const before = readCoefficients();
const grown = withNewRows(points, before);
const structure = structureOf(points, grown);
console.log(`${structure.parameters.size} rows, ${points.length} figures.`);

for (const key of structure.withoutPrior) console.log(`kept: ${key} has no prior in calibration/fit/priors.ts`);

const fitted = fitRows(points, structure, grown, { onProgress: progressBar('Fitting') });
const after = newCoefficients(grown, fitted, structure, new Date().toISOString().slice(0, 10));
for (const line of movement(before, after)) console.log(line);
if (!values['dry-run']) writeFileSync('seeds/coefficients.json', coefficientText(after));
