import { readdirSync, readFileSync } from 'node:fs';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import type { Kind } from '../../src/registry/kind.ts';
import { kind as hardware } from '../../src/registry/kinds/hardware.ts';
import { kind as measurement } from '../../src/registry/kinds/measurement.ts';
import { kind as model } from '../../src/registry/kinds/model.ts';
import { kind as runtime } from '../../src/registry/kinds/runtime.ts';
import { kind as weightFormat } from '../../src/registry/kinds/weightFormat.ts';
import { type Point, type Profiles, pointsOf, type SkippedPoint } from './points.ts';

/** The built-in pack's profiles of one kind, by id, as the engine sees them. */
export function readKind<Engine>(kind: Kind<never, Engine> | Kind<object, Engine>): Map<string, Engine> {
  const profiles = new Map<string, Engine>();
  const parsed = kind as unknown as Kind<object, Engine>;
  for (const name of readdirSync(`seeds/${kind.folder}`).sort()) {
    if (!name.endsWith('.json')) continue;
    const fileId = name.slice(0, -'.json'.length);
    const content: unknown = JSON.parse(readFileSync(`seeds/${kind.folder}/${name}`, 'utf8'));
    const rows = parsed.expand?.(fileId, parsed.fileSchema?.parse(content)) ?? [{ id: fileId, facts: content }];
    for (const { id, facts } of rows) profiles.set(id, parsed.toEngine(id, parsed.schema.parse(facts)));
  }
  return profiles;
}

export function readProfiles(): Profiles {
  return {
    models: readKind(model),
    hardware: readKind(hardware),
    weightFormats: readKind(weightFormat),
    runtimes: readKind(runtime),
  };
}

export function readPoints(profiles: Profiles): { points: Point[]; skipped: SkippedPoint[] } {
  const points: Point[] = [];
  const skipped: SkippedPoint[] = [];
  for (const [id, row] of readKind(measurement)) {
    for (const point of pointsOf(id, row, profiles)) {
      if ('reason' in point) skipped.push(point);
      else points.push(point);
    }
  }
  return { points, skipped };
}

export function readCoefficients(): Coefficients {
  return JSON.parse(readFileSync('seeds/coefficients.json', 'utf8'));
}
