import { builder } from './builder.ts';
import { enumOf } from './enumOf.ts';

export const DeploymentMode = enumOf('DeploymentMode', 'Where the model runs.', {
  local: 'On hardware you name: your own or rented devices.',
  api: 'Behind a provider’s API, paid by the token: no hardware of your own.',
});

export const Scheduling = enumOf('Scheduling', 'How a runtime puts requests together.', {
  static: 'One batch: all prompts are read together, then all sequences generate in step until the last ends.',
  continuous: 'In-flight batching: requests join and leave a running batch, kept at this concurrency.',
});

export const Phase = enumOf('Phase', 'The two kinds of step a request goes through.', {
  prefill: 'The prompt is read and the first token produced: mostly compute.',
  decode: 'One more token for every sequence: mostly memory traffic.',
});

export const Bottleneck = enumOf('Bottleneck', 'What sets the time of a step, or the size of a batch.', {
  compute: 'Arithmetic: faster matrix units would help.',
  'memory-bandwidth': 'Reading weights and cache from device memory: more bandwidth or fewer bytes would help.',
  interconnect: 'Exchange between devices: a faster link or fewer devices would help.',
  overhead: 'Launches, scheduling and other host work: a leaner runtime or a larger batch would help.',
  'memory-capacity': 'Room for weights and cache: more memory, or smaller weights or cache, would help.',
});

export const NumberFormat = enumOf('NumberFormat', 'A number format that matrix units calculate in.', {
  fp32: '32-bit floating point.',
  tf32: '19-bit floating point inside 32-bit words (NVIDIA).',
  bf16: '16-bit floating point with 8 bits of exponent.',
  fp16: '16-bit floating point with 5 bits of exponent.',
  fp8: '8-bit floating point.',
  fp6: '6-bit floating point.',
  fp4: '4-bit floating point.',
  int8: '8-bit integers.',
  int4: '4-bit integers.',
});

export const Known = enumOf('Known', 'How a figure is known.', {
  vendor: 'The maker states it.',
  published: 'A third party states it.',
  measured: 'Somebody measured it.',
  derived: 'Computed from other figures.',
  assumed: 'No source we can point to: an assumption, and reported as one in estimates.',
});

export const Origin = enumOf('Origin', 'Who wrote a profile’s current facts.', {
  seed: 'Built in.',
  pack: 'An added profile pack.',
  user: 'A user of this server.',
});

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end of an ordered list comes first.',
  values: {
    ASC: { value: 'ascending', description: 'Smallest, oldest or alphabetically first at the top.' },
    DESC: { value: 'descending', description: 'Largest, newest or alphabetically last at the top.' },
  } as const,
});
