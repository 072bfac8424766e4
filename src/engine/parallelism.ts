import { InvalidWorkloadError } from './errors.ts';
import type { Architecture } from './model/architecture.ts';
import { blockSums } from './model/blocks.ts';
import { cacheGroups } from './model/kvCache.ts';
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
  const { mixers, feedForwards, expertLayers, experts } = blockSums(model.architecture);
  const layers = Math.max(mixers, feedForwards);
  const heads = headCounts(model.architecture);
  if (heads.some((count) => count % tensor !== 0)) {
    refuse(
      'tensor',
      tensor,
      `a divisor of the ${heads.join(' and ')} attention heads: ${divisorsOf(heads).join(', ')}`,
    );
  }
  if (tensor * pipeline * data !== devices) {
    const layouts = tensorSizes(model.architecture, devices)
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
  if (expertLayers === 0) refuse('expert', expert, '1: the model has no experts');
  const allowed = divisorsOf([experts], Math.min(experts, tensor * data));
  if (!allowed.includes(expert)) {
    refuse(
      'expert',
      expert,
      `a divisor of the ${experts} experts up to tensor × data = ${tensor * data}: ${allowed.join(', ')}`,
    );
  }
}

/** The tensor-parallel sizes up to `limit` that divide a model's attention heads, ascending. */
export function tensorSizes(architecture: Architecture, limit: number): number[] {
  return divisorsOf(headCounts(architecture), limit);
}

function refuse(axis: keyof Parallelism | string, value: unknown, allowed: string): never {
  throw new InvalidWorkloadError(axis === '' ? 'parallelism' : `parallelism.${axis}`, value, allowed);
}

/** The numbers of query heads that layers have, each once. */
function headCounts(architecture: Architecture): number[] {
  const attending = cacheGroups(architecture).filter(({ heads }) => heads > 0);
  return [...new Set(attending.map(({ heads }) => heads))];
}

/** What divides all of the counts, up to `limit`, ascending. */
function divisorsOf(counts: readonly number[], limit = Math.min(...counts)): number[] {
  const divisors: number[] = [];
  for (let size = 1; size <= limit; size++) {
    if (counts.every((count) => count % size === 0)) divisors.push(size);
  }
  return divisors;
}
