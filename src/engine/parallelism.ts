import { InvalidWorkloadError } from './errors.ts';
import type { Deployment, Parallelism } from './shapes.ts';

/**
 * Tensor × pipeline × data = devices; tensor divides the attention heads; pipeline is at most the layers; expert divides
 * the experts and lies between 1 and tensor × data.
 */
export function checkParallelism({ model, devices, parallelism }: Deployment): void {
  const { tensor, pipeline, data, expert } = parallelism;
  for (const [name, value] of Object.entries(parallelism)) {
    if (!Number.isInteger(value) || value < 1) refuse(name, value, 'a whole number of at least 1');
  }
  const { heads, experts, layers } = divisibleCounts(model.architecture.blocks);
  if (heads.some((count) => count % tensor !== 0)) {
    refuse(
      'tensor',
      tensor,
      `a divisor of the ${heads.join(' and ')} attention heads: ${commonDivisors(heads).join(', ')}`,
    );
  }
  if (tensor * pipeline * data !== devices) {
    const layouts = tensorSizes(model.architecture.blocks, devices)
      .filter((size) => devices % size === 0)
      .map((size) => `${size} × ${devices / size}`);
    refuse(
      '',
      `tensor ${tensor} × pipeline ${pipeline} × data ${data} = ${tensor * pipeline * data}`,
      `a product of ${devices}, the devices: tensor × (pipeline × data) of ${layouts.join(', ')}`,
    );
  }
  if (pipeline > layers) refuse('pipeline', pipeline, `at most the ${layers} layers`);
  if (expert === 1) return;
  if (experts === 0) refuse('expert', expert, '1: the model has no experts');
  const allowed = commonDivisors([experts]).filter((count) => count <= tensor * data);
  if (!allowed.includes(expert)) {
    refuse(
      'expert',
      expert,
      `a divisor of the ${experts} experts up to tensor × data = ${tensor * data}: ${allowed.join(', ')}`,
    );
  }
}

/** The tensor-parallel sizes up to `limit` that divide a model's attention heads, ascending. */
export function tensorSizes(blocks: Deployment['model']['architecture']['blocks'], limit: number): number[] {
  const { heads } = divisibleCounts(blocks);
  const sizes: number[] = [];
  for (let size = 1; size <= limit; size++) {
    if (heads.every((count) => count % size === 0)) sizes.push(size);
  }
  return sizes;
}

function refuse(axis: keyof Parallelism | string, value: unknown, allowed: string): never {
  throw new InvalidWorkloadError(axis === '' ? 'parallelism' : `parallelism.${axis}`, value, allowed);
}

function divisibleCounts(blocks: Deployment['model']['architecture']['blocks']) {
  const heads = new Set<number>();
  let experts = 0;
  let mixers = 0;
  let feedForwards = 0;
  for (const { layers, attention, feedForward } of blocks) {
    if (attention !== null && attention.kind !== 'state-space') heads.add(attention.heads);
    if (feedForward?.kind === 'experts') experts = feedForward.experts;
    if (attention !== null) mixers += layers;
    if (feedForward !== null) feedForwards += layers;
  }
  return { heads: [...heads], experts, layers: Math.max(mixers, feedForwards) };
}

function commonDivisors(counts: readonly number[]): number[] {
  const smallest = Math.min(...counts);
  const divisors: number[] = [];
  for (let size = 1; size <= smallest; size++) {
    if (counts.every((count) => count % size === 0)) divisors.push(size);
  }
  return divisors;
}
