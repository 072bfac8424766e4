import type { Roofline } from '../../../engine/answer.ts';
import { builder } from '../../builder.ts';
import { NumberFormat } from '../../enums.ts';
import { gigabytesOf, teraflopsOf } from '../../units.ts';

export interface RooflineOfDevices extends Roofline {
  devices: number;
}

export const RooflineType = builder.objectRef<RooflineOfDevices>('Roofline').implement({
  description:
    'The two limits of one device and what this deployment reaches of them: a step takes at least its FLOPs over the ' +
    'one and its bytes over the other. `operations` are the points below it.',
  fields: (t) => ({
    devices: t.exposeInt('devices', { description: 'Devices with these limits each, a count.' }),
    numberFormat: t.expose('numberFormat', {
      type: NumberFormat,
      description: 'What matrices are multiplied in, weights unpacked to it first where they are narrower.',
    }),
    peakTflops: t.float({
      description: 'Dense peak of that format by the datasheet, in TFLOPS (10¹² operations per second).',
      resolve: ({ peakFlopsPerSecond }) => teraflopsOf(peakFlopsPerSecond),
    }),
    bandwidthGBPerSecond: t.float({
      description: 'Memory bandwidth by the datasheet, in GB/s (10⁹ bytes per second).',
      resolve: ({ peakBytesPerSecond }) => gigabytesOf(peakBytesPerSecond),
    }),
    reachableTflops: t.float({
      description: 'What long prompts and large batches reach, in TFLOPS (10¹² operations per second).',
      resolve: ({ reachableFlopsPerSecond }) => teraflopsOf(reachableFlopsPerSecond),
    }),
    reachableGBPerSecond: t.float({
      description: 'What reading weights reaches, in GB/s (10⁹ bytes per second).',
      resolve: ({ reachableBytesPerSecond }) => gigabytesOf(reachableBytesPerSecond),
    }),
  }),
});
