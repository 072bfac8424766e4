import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openRegistry, type Registry } from '../../../src/registry/registry.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';

/** A folder that is removed when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'calculator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files of a pack; text is written as it is, anything else as JSON. */
export function writePack(folder: string, files: Readonly<Record<string, unknown>>): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}

/** A pack of two models, two devices and their prices, in a folder of its own. */
export function smallPack(): string {
  return writePack(temporaryFolder(), {
    'models/alpha-7b.json': hostedModel('Alpha 7B', { aliases: ['7B', 'example/Alpha-7B'] }),
    'models/beta-70b.json': hostedModel('Beta 70B'),
    'hardware/example-t4.json': device('Example T4', { aliases: ['T4'] }),
    'hardware/example-h100.json': device('Example H100'),
    'prices/example-cloud.json': hourlyPrices({ 'example-t4': 0.5, 'example-h100': 4 }),
  });
}

/** A registry whose built-in pack is `seeds`, closed when the test has finished. */
export async function openSmallRegistry(
  databasePath: string,
  seeds: string,
  packs: readonly string[] = [],
): Promise<Registry> {
  const registry = await openRegistry({ databasePath, seeds, packs });
  onTestFinished(() => registry.close());
  return registry;
}
