import type { Bottleneck, Operation } from '../answer.ts';
import { datasheetSeconds } from '../roofline.ts';
import type { LocalMachine } from './machine.ts';

/** An operator that takes `seconds`, but never less than the datasheet allows for its bytes and FLOPs. */
export function roofedOperation(
  machine: LocalMachine,
  name: string,
  seconds: number,
  flops: number,
  bytes: number,
  bound: Bottleneck,
): Operation {
  const roof = datasheetSeconds(flops, bytes, machine.peakFlopsPerSecond, machine.peakBytesPerSecond);
  return { name, seconds: Math.max(seconds, roof), flops, bytes, bound };
}
