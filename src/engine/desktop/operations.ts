import type { Bottleneck, EngineStep, Operation } from '../answer.ts';
import { datasheetSeconds } from '../roofline.ts';
import type { DesktopMachine } from './machine.ts';

/** Operators that run one after the other. */
export function stepOf(operations: readonly Operation[]): EngineStep {
  let seconds = 0;
  for (const operation of operations) seconds += operation.seconds;
  return { seconds, operations };
}

/** An operator that takes `seconds`, but never less than the datasheet allows for its bytes and FLOPs. */
export function roofedOperation(
  machine: DesktopMachine,
  name: string,
  seconds: number,
  flops: number,
  bytes: number,
  bound: Bottleneck,
): Operation {
  const roof = datasheetSeconds(flops, bytes, machine.peakFlopsPerSecond, machine.peakBytesPerSecond);
  return { name, seconds: Math.max(seconds, roof), flops, bytes, bound };
}

/** Activations that cross from card to card are 16 bits in every runtime covered. */
const ACTIVATION_BYTES = 2;

/**
 * What several cards cost in one step over `tokens` tokens, `passes` times: hand-overs between cards that hold
 * consecutive layers, and two sums of activations a layer among cards that share every layer.
 * A sum takes log₂(cards) messages' latency and moves 2 (cards − 1) ÷ cards of its bytes. Empty for one card.
 */
export function handOvers(machine: DesktopMachine, tokens: number, passes: number): Operation[] {
  const { stages, ranks, shape, hopSeconds, allReduceSeconds, allReduceBytesPerSecond, deployment } = machine;
  const operations: Operation[] = [];
  if (stages > 1) {
    const seconds = (stages - 1) * hopSeconds * passes;
    operations.push({ name: 'hand-over between devices', seconds, flops: 0, bytes: 0, bound: 'interconnect' });
  }
  if (ranks > 1) {
    const sums = 2 * shape.layers;
    const bytes = sums * tokens * deployment.model.architecture.hidden * ACTIVATION_BYTES;
    const moved = (2 * (ranks - 1) * bytes) / ranks;
    const seconds = sums * passes * Math.log2(ranks) * allReduceSeconds + moved / allReduceBytesPerSecond;
    operations.push({ name: 'all-reduce', seconds, flops: 0, bytes, bound: 'interconnect' });
  }
  return operations;
}
