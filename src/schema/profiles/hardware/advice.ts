import { isEstimable } from '../../../calculator/requirements/usualRuntime.ts';
import type { Catalogue } from '../../../registry/catalogue/catalogue.ts';
import type { HardwareProfile } from '../../../registry/catalogue/profiles.ts';
import { nearestNames } from '../../../registry/nearestNames.ts';

/** What is probably not meant about a device that is written, though it may be: in sentences. */
export function hardwareAdvice(hardware: HardwareProfile, catalogue: Catalogue): string[] {
  const others = catalogue.hardware.all().filter(({ id }) => id !== hardware.id);
  const { vendor, family, compute, cpu } = hardware.facts;
  const advice = [
    unknownWord('vendor', vendor, new Set(others.map(({ facts }) => facts.vendor))),
    unknownWord('family', family, new Set(others.map(({ facts }) => facts.family))),
  ].filter((sentence) => sentence !== null);
  if (isEstimable(hardware.engine, catalogue)) return advice;
  const why =
    compute === undefined && cpu === undefined
      ? 'no rate is stated in compute'
      : `no runtime of the catalogue supports the vendor ${vendor} with the family ${family}`;
  return [...advice, `Nothing can be estimated on it yet: ${why}.`];
}

/** Runtimes and fitted figures go by these words, letter by letter. */
function unknownWord(field: string, word: string, known: ReadonlySet<string>): string | null {
  if (known.has(word)) return null;
  const [nearest] = nearestNames(word, known);
  const meant = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return `No other device has the ${field} ${word}: runtimes and measurements go by it.${meant}`;
}
