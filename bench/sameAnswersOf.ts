/** One side of bench/sameAnswers.ts: the checkout in FOLDER answers the queries on stdin, a line each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [folder = '.'] = process.argv.slice(2);
const fromCheckout = (file: string) => import(pathToFileURL(join(folder, file)).href);
const { createApi }: typeof import('../src/server/api.ts') = await fromCheckout('src/server/api.ts');
const { openCalculator }: typeof import('../src/server/calculator.ts') = await fromCheckout('src/server/calculator.ts');

const queries: string[] = JSON.parse(await text(process.stdin));
const database = mkdtempSync(join(tmpdir(), 'same-answers-'));
try {
  const calculator = await openCalculator({ databaseUrl: join(database, 'calculator.db'), profilePacks: [] });
  const api = createApi(calculator);
  for (const query of queries) {
    const response = await api.fetch('http://calculator.invalid/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    });
    process.stdout.write(`${(await response.text()).replaceAll('\n', ' ')}\n`);
  }
  calculator.close();
} finally {
  rmSync(database, { recursive: true });
}
