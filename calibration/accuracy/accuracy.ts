/**
 * npm run accuracy               fits without each source and without each fold (minutes), sets the 80 % intervals in
 *                                seeds/coefficients.json and writes docs/accuracy.md with its plots, and the same as data in
 *                                seeds/accuracy.json
 * npm run accuracy -- --rewrite  writes the page again from the last left-out figures (seconds)
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { progressBar } from '../../bench/progress.ts';
import { coefficientText } from '../fit/newCoefficients.ts';
import { structureOf } from '../fit/parameters.ts';
import { errorTables } from '../intervals/bands.ts';
import { accuracyText } from '../page/accuracyFile.ts';
import { documentOf } from '../page/document.ts';
import { plotsOf } from '../page/plots.ts';
import { withoutFolds, withoutSources } from './crossValidation.ts';
import { readLeftOut, writeLeftOut } from './leftOutFile.ts';
import { resultsOf } from './results.ts';
import { isTrusted, sortedByKey } from './score.ts';
import { readCoefficients, readPoints, readProfiles } from './seeds.ts';

const { values } = parseArgs({ options: { rewrite: { type: 'boolean', default: false } } });
const points = readPoints(readProfiles()).points.filter(isTrusted);

if (!values.rewrite) {
  const structure = structureOf(points, readCoefficients());
  const sources = await withoutSources(points, structure, progressBar('Leaving out sources'));
  const folds = await withoutFolds(points, structure, progressBar('Leaving out folds'));
  writeLeftOut(new Date().toISOString().slice(0, 10), { sources, folds });
}

// Read back, so that what is written follows from the committed file alone.
const { date, ...leftOut } = readLeftOut(points);
const coefficients = readCoefficients();
const tables = sortedByKey({ ...coefficients.tables, ...errorTables(leftOut, date) });
writeFileSync('seeds/coefficients.json', coefficientText({ ...coefficients, tables }));

const results = resultsOf(leftOut, { ...coefficients, tables });
const page = documentOf(results, date);
writeFileSync('docs/accuracy.md', page);
writeFileSync('seeds/accuracy.json', accuracyText(results, date));
mkdirSync('docs/accuracy', { recursive: true });
for (const [name, svg] of plotsOf(results)) writeFileSync(`docs/accuracy/${name}`, svg);
console.log(page.slice(page.indexOf('| group'), page.indexOf('![')));
