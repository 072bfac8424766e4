import { builder } from './builder.ts';

export const DeploymentMode = builder.enumType('DeploymentMode', {
  description: 'Where the model runs.',
  values: {
    LOCAL: { value: 'local', description: 'On hardware you name: your own or rented devices.' },
    API: { value: 'api', description: 'Behind a provider’s API, paid by the token: no hardware of your own.' },
  } as const,
});

export const Scheduling = builder.enumType('Scheduling', {
  description: 'How a runtime puts requests together.',
  values: {
    STATIC: {
      value: 'static',
      description: 'One batch: all prompts are read together, then all sequences generate in step until the last ends.',
    },
    CONTINUOUS: {
      value: 'continuous',
      description: 'In-flight batching: requests join and leave a running batch, kept at this concurrency.',
    },
  } as const,
});

export const Phase = builder.enumType('Phase', {
  description: 'The two kinds of step a request goes through.',
  values: {
    PREFILL: { value: 'prefill', description: 'The prompt is read and the first token produced: mostly compute.' },
    DECODE: { value: 'decode', description: 'One more token for every sequence: mostly memory traffic.' },
  } as const,
});

export const Bottleneck = builder.enumType('Bottleneck', {
  description: 'What sets the time of a step, or the size of a batch.',
  values: {
    COMPUTE: { value: 'compute', description: 'Arithmetic: faster matrix units would help.' },
    MEMORY_BANDWIDTH: {
      value: 'memory-bandwidth',
      description: 'Reading weights and cache from device memory: more bandwidth or fewer bytes would help.',
    },
    INTERCONNECT: {
      value: 'interconnect',
      description: 'Exchange between devices: a faster link or fewer devices would help.',
    },
    OVERHEAD: {
      value: 'overhead',
      description: 'Launches, scheduling and other host work: a leaner runtime or a larger batch would help.',
    },
    MEMORY_CAPACITY: {
      value: 'memory-capacity',
      description: 'Room for weights and cache: more memory, or smaller weights or cache, would help.',
    },
  } as const,
});

export const NumberFormat = builder.enumType('NumberFormat', {
  description: 'A number format that matrix units calculate in.',
  values: {
    FP32: { value: 'fp32', description: '32-bit floating point.' },
    TF32: { value: 'tf32', description: '19-bit floating point inside 32-bit words (NVIDIA).' },
    BF16: { value: 'bf16', description: '16-bit floating point with 8 bits of exponent.' },
    FP16: { value: 'fp16', description: '16-bit floating point with 5 bits of exponent.' },
    FP8: { value: 'fp8', description: '8-bit floating point.' },
    FP6: { value: 'fp6', description: '6-bit floating point.' },
    FP4: { value: 'fp4', description: '4-bit floating point.' },
    INT8: { value: 'int8', description: '8-bit integers.' },
    INT4: { value: 'int4', description: '4-bit integers.' },
  } as const,
});

export const Known = builder.enumType('Known', {
  description: 'How a figure is known.',
  values: {
    VENDOR: { value: 'vendor', description: 'The maker states it.' },
    PUBLISHED: { value: 'published', description: 'A third party states it.' },
    MEASURED: { value: 'measured', description: 'Somebody measured it.' },
    DERIVED: { value: 'derived', description: 'Computed from other figures.' },
    ASSUMED: {
      value: 'assumed',
      description: 'No source we can point to: an assumption, and reported as one in estimates.',
    },
  } as const,
});

export const Origin = builder.enumType('Origin', {
  description: 'Who wrote a profile’s current facts.',
  values: {
    SEED: { value: 'seed', description: 'Built in.' },
    PACK: { value: 'pack', description: 'An added profile pack.' },
    USER: { value: 'user', description: 'A user of this server.' },
  } as const,
});

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end of an ordered list comes first.',
  values: {
    ASC: { value: 'ascending', description: 'Smallest, oldest or alphabetically first at the top.' },
    DESC: { value: 'descending', description: 'Largest, newest or alphabetically last at the top.' },
  } as const,
});
