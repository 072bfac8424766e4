import { bandwidthShare } from './bandwidthShare.ts';
import type { Baseline } from './baseline.ts';
import { fixedUtilization } from './fixedUtilization.ts';
import { datasheetRoofline, deratedRoofline } from './roofline.ts';
import { weightsAndCache } from './weightsAndCache.ts';

/** What people use instead, in the order of the report. */
export const baselines: readonly Baseline[] = [
  datasheetRoofline,
  deratedRoofline,
  bandwidthShare,
  weightsAndCache,
  fixedUtilization,
];
