import { enumValue, numberOrText, onOrOff, sent } from './sentOption.ts';

/** Options of `calculate`, in the order of its help. */
export const calculateOptions = [
  sent('--model <id>', 'model: an id or alias (also the first word, --model_size; default: 7B)'),
  sent('--tokens <count>', 'tokens generated per sequence (default: 1000)', { as: numberOrText }),
  sent('--batch <count>', 'sequences in flight (also --batch_size; default: 1)', { as: numberOrText }),
  sent('--hardware <id>', 'device: an id or alias (also the second word, --gpu, --hardware_type; default: T4)'),
  sent('--deployment <mode>', 'local or api (also --deployment_mode; default: api for models sold only so)', {
    as: enumValue,
  }),
  sent('--prompt-tokens <count>', 'tokens read before the first is generated (default: 0)', { as: numberOrText }),
  sent(
    '--context-tokens <count>',
    'tokens already cached for each sequence before the prompt (also --ctx; default: 0)',
    {
      to: 'options.contextTokens',
      as: numberOrText,
    },
  ),
  sent('--devices <count>', 'devices the model is spread over (also --gpus; default: 1)', {
    to: 'options.devices',
    as: numberOrText,
  }),
  sent('--memory-gib <gib>', 'memory of one device, of the sizes it is sold with (default: the largest)', {
    to: 'options.memoryGiB',
    as: numberOrText,
  }),
  sent('--usable-gib <gib>', 'what a runtime may take of it (default: as the system sets it)', {
    to: 'options.usableGiB',
    as: numberOrText,
  }),
  sent(
    '--weights <format>',
    'weight format: fp16, fp8, q4_k_m, ... (also --quant; default: as published, or the usual one there)',
    {
      to: 'options.weights',
    },
  ),
  sent('--kv-cache <format>', 'format of the KV cache (default: as the runtime does)', { to: 'options.kvCache' }),
  sent('--runtime <id>', 'vllm, llama.cpp, ... (default: what people use on that device)', { to: 'options.runtime' }),
  sent('--runtime-year <year>', 'year of the runtime’s build (default: the latest with measurements)', {
    to: 'options.runtimeYear',
    as: numberOrText,
  }),
  sent('--runtime-version <text>', 'version of its build: 0.14.1, b6077 (default: only the year counts)', {
    to: 'options.runtimeVersion',
  }),
  sent(
    '--backend <name>',
    'cuda, rocm, vulkan, metal, sycl, or cpu for the CPU cores of a chip (default: the runtime’s)',
    {
      to: 'options.backend',
    },
  ),
  sent('--flash-attention <on|off>', 'fused attention kernels, where there is a switch (default: as the build does)', {
    to: 'options.flashAttention',
    as: onOrOff,
  }),
  sent('--micro-batch <tokens>', 'most prompt tokens read in one step: llama.cpp -ub (default: as the runtime does)', {
    to: 'options.microBatch',
    as: numberOrText,
  }),
  sent('--threads <count>', 'threads on a CPU (default: one on every physical core)', {
    to: 'options.threads',
    as: numberOrText,
  }),
  sent('--scheduling <mode>', 'static or continuous batching (default: as the runtime does)', {
    to: 'options.scheduling',
    as: enumValue,
  }),
  sent('--offer <id>', 'price to use (default: chosen, and named in the answer)', { to: 'options.offer' }),
  sent('--usd-per-hour <usd>', 'your own price of all devices together, in USD per hour', {
    to: 'options.usdPerHour',
    as: numberOrText,
  }),
  sent('--years <years>', 'what owning the devices costs: their price over so many years; needs --usd-per-kwh', {
    to: 'options.owned.years',
    as: numberOrText,
  }),
  sent('--usd-per-kwh <usd>', 'and electricity at this price, in USD per kilowatt-hour; needs --years', {
    to: 'options.owned.usdPerKilowattHour',
    as: numberOrText,
  }),
  sent('--purchase <usd>', 'what one device cost, in USD (default: the newest price in the catalogue)', {
    to: 'options.owned.usdPerDevice',
    as: numberOrText,
  }),
];
