import { hardwareKind as hardware } from './hardware/hardware.ts';
import { kind as hostedLatency } from './hostedLatency.ts';
import type { Kind } from './kind.ts';
import { kind as measurement } from './measurement.ts';
import { kind as model } from './model.ts';
import { kind as offer } from './offer.ts';
import { runtimeKind as runtime } from './runtime.ts';
import { kind as scenario } from './scenario.ts';
import { weightFormatKind as weightFormat } from './weightFormat.ts';

/** Every kind of profile, by the name of its shelf in the catalogue. A new kind is one file in `kinds/` and one line here. */
export const kinds = { model, hardware, weightFormat, runtime, offer, hostedLatency, scenario, measurement };

export const allKinds: readonly Kind[] = Object.values(kinds);

const byName = new Map(allKinds.map((kind) => [kind.kind, kind]));

/** The kind stored and shown under that name, e.g. "weight-format". */
export function kindNamed(name: string): Kind {
  const kind = byName.get(name);
  if (kind === undefined) throw new TypeError(`there is no kind of profile called ${name}`);
  return kind;
}
