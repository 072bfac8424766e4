import { readdirSync, readFileSync } from 'node:fs';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import { hardwareKind as hardware } from '../../src/registry/kinds/hardware/hardware.ts';
import type { Kind } from '../../src/registry/kinds/kind.ts';
import { kind as measurement } from '../../src/registry/kinds/measurement.ts';
import { kind as model } from '../../src/registry/kinds/model.ts';
import { runtimeKind as runtime } from '../../src/registry/kinds/runtime.ts';
import { weightFormatKind as weightFormat } from '../../src/registry/kinds/weightFormat.ts';
import { type Point, type Profiles, pointsOf, type SkippedPoint } from './points.ts';

/** A profile as the seeds state it, and as the engine sees it. */
export interface SeedProfile<Facts, Engine> {
  facts: Facts;
  engine: Engine;
}

/** The built-in pack's profiles of one kind, by id. */
export function readKind<Facts extends object, Engine>(
  kind: Kind<Facts, Engine>,
): Map<string, SeedProfile<Facts, Engine>> {
  const profiles = new Map<string, SeedProfile<Facts, Engine>>();
  for (const name of readdirSync(`seeds/${kind.folder}`).sort()) {
    if (!name.endsWith('.json')) continue;
    const fileId = name.slice(0, -'.json'.length);
    const content: unknown = JSON.parse(readFileSync(`seeds/${kind.folder}/${name}`, 'utf8'));
    const rows = kind.expand?.(fileId, kind.fileSchema?.parse(content)) ?? [{ id: fileId, facts: content }];
    for (const { id, facts: raw } of rows) {
      const facts = kind.schema.parse(raw);
      profiles.set(id, { facts, engine: kind.toEngine(id, facts) });
    }
  }
  return profiles;
}

export function readProfiles(): Profiles {
  return {
    models: engines(readKind(model)),
    hardware: engines(readKind(hardware)),
    weightFormats: engines(readKind(weightFormat)),
    runtimes: readKind(runtime),
  };
}

function engines<Facts, Engine>(profiles: Map<string, SeedProfile<Facts, Engine>>): Map<string, Engine> {
  return new Map([...profiles].map(([id, { engine }]) => [id, engine]));
}

export function readPoints(profiles: Profiles): { points: Point[]; skipped: SkippedPoint[] } {
  const points: Point[] = [];
  const skipped: SkippedPoint[] = [];
  for (const [id, { facts: row }] of readKind(measurement)) {
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
