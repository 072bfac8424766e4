import type { Deployment, Hardware } from '../shapes.ts';

const knownFormatRows = new WeakMap<Hardware, Map<string, readonly string[]>>();

/** From the device's own row to everything: device, family, memory class, each with the format; then the format alone. */
export function formatRows(
  { hardware, weights }: Deployment,
  native: boolean,
  format = weights.efficiencyClass,
): readonly string[] {
  const name = native ? format : `${format}-weight-only`;
  let ofHardware = knownFormatRows.get(hardware);
  if (ofHardware === undefined) {
    ofHardware = new Map();
    knownFormatRows.set(hardware, ofHardware);
  }
  const known = ofHardware.get(name);
  if (known !== undefined) return known;
  const rows = [
    `${hardware.id}|${name}`,
    `${hardware.family}|${name}`,
    `${hardware.memoryClass}|${name}`,
    ...(native ? [] : [`${hardware.memoryClass}|weight-only`]),
    hardware.family,
    hardware.memoryClass,
    'all',
  ];
  ofHardware.set(name, rows);
  return rows;
}

export function exponentRows(format: string, native: boolean): string[] {
  return native ? [format, 'all'] : ['weight-only', 'all'];
}

export function formatOverheadRows({ runtime, runtimeYear, weights }: Deployment, native: boolean): string[] {
  const name = native ? weights.efficiencyClass : 'weight-only';
  return [`${runtime.coefficients}|${runtimeYear}|${name}`, `${runtimeYear}|${name}`, name, 'all'];
}
