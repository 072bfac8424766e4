// Prints what newer sources say differently from the catalogue, for somebody to review; it changes and fetches nothing:
// npm run refresh -- prices [FOLDER]            a newer @pydantic/genai-prices, unpacked (npm pack); else the installed one
// npm run refresh -- hourly PROVIDER FILE.csv   a public list of hourly prices
// npm run refresh -- models FILE...             Hugging Face configurations named owner--name.json (or …_config.json)
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue } from '../src/registry/catalogue/catalogue.ts';
import { openRegistry } from '../src/registry/registry.ts';
import { hourlyChanges } from './refresh/hourly.ts';
import { modelChanges } from './refresh/models.ts';
import { priceChanges } from './refresh/prices.ts';

const usage = 'npm run refresh -- prices [FOLDER] | hourly PROVIDER FILE.csv | models FILE...';
const [what, ...given] = process.argv.slice(2);
const lines = await changes(what, given);
if (lines === null) {
  console.error(usage);
  process.exitCode = 2;
} else {
  for (const line of lines) console.log(line);
  console.log(`${lines.length} to review; nothing was changed`);
}

/** null: not a question this command knows. */
async function changes(kind: string | undefined, files: readonly string[]): Promise<string[] | null> {
  if (kind === 'prices') return pricesIn(resolve(files[0] ?? 'node_modules/@pydantic/genai-prices'));
  const answers: Record<string, (catalogue: Catalogue) => string[] | null> = {
    hourly: (catalogue) => hourlyIn(catalogue, files),
    models: (catalogue) => (files.length === 0 ? null : files.flatMap((file) => modelIn(catalogue, file))),
  };
  const answer = answers[kind ?? ''];
  if (answer === undefined) return null;
  const registry = await openRegistry({ databasePath: ':memory:' });
  try {
    return answer(registry.catalogue());
  } finally {
    await registry.close();
  }
}

async function pricesIn(folder: string): Promise<string[]> {
  const entry = pathToFileURL(join(folder, 'dist/index.js')).href;
  const prices: typeof import('@pydantic/genai-prices') = await import(entry);
  return priceChanges(prices.findProvider);
}

function hourlyIn({ offer }: Catalogue, [provider, file]: readonly string[]): string[] | null {
  if (provider === undefined || file === undefined) return null;
  const hourly = offer.all().flatMap(({ facts }) => (facts.basis === 'hardware-hour' ? [facts] : []));
  return hourlyChanges(hourly, provider, readFileSync(file, 'utf8'));
}

function modelIn({ model }: Catalogue, file: string): string[] {
  const name = basename(file, '.json')
    .replace(/_config$/, '')
    .replace('--', '/');
  const found = model.find(name);
  return found === null ? [`+ ${name}: not in the catalogue`] : modelChanges(found, readFileSync(file, 'utf8'));
}
