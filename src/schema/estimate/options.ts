import { rangeText } from '../../calculator/numberRange.ts';
import { ownedRanges, parallelismRanges, questionRanges } from '../../calculator/question.ts';
import { ranged } from '../arguments/argumentRange.ts';
import { builder } from '../builder.ts';
import { Scheduling } from '../enums.ts';

export const ParallelismInput = builder.inputType('ParallelismInput', {
  description: 'How to spread the model over devices: tensor × pipeline × data must equal devices.',
  fields: (t) => ({
    tensor: t.int({
      description: `Devices that share every layer, a count: ${rangeText(parallelismRanges.tensor)} that divides the attention heads.`,
      ...ranged(parallelismRanges.tensor),
    }),
    pipeline: t.int({
      description: `Stages of consecutive layers, a count: ${rangeText(parallelismRanges.pipeline)}. Default: 1.`,
      ...ranged(parallelismRanges.pipeline),
    }),
    expert: t.int({
      description: `Ranks the experts are spread over, a count: ${rangeText(parallelismRanges.expert)}. Default: 1, sharded like the rest.`,
      ...ranged(parallelismRanges.expert),
    }),
    data: t.int({
      description: `Copies of the model that work on different requests, a count: ${rangeText(parallelismRanges.data)}. Default: 1.`,
      ...ranged(parallelismRanges.data),
    }),
  }),
});

const OwnedInput = builder.inputType('OwnedInput', {
  description:
    'What owning the devices comes to: the purchase price spread over years, and electricity at rated power, busy all the ' +
    'time. Nothing is assumed: what is not known is an error.',
  fields: (t) => ({
    years: t.float({
      required: true,
      description: `How long the price is spread over, a count of years: ${rangeText(ownedRanges.years)}.`,
      ...ranged(ownedRanges.years),
    }),
    usdPerKilowattHour: t.float({
      required: true,
      description: `Price of electricity, in USD per kilowatt-hour: ${rangeText(ownedRanges.usdPerKilowattHour)}.`,
      ...ranged(ownedRanges.usdPerKilowattHour),
    }),
    usdPerDevice: t.float({
      description: `What one device cost, in USD: ${rangeText(ownedRanges.usdPerDevice)}. Default: the newest purchase price in the catalogue.`,
      ...ranged(ownedRanges.usdPerDevice),
    }),
  }),
});

export const EstimateOptions = builder.inputType('EstimateOptions', {
  description: 'The choices that have a good default.',
  fields: (t) => ({
    runtime: t.id({
      description:
        'The program that runs the model, by id, alias, name or as part of another program: "LM Studio" runs llama.cpp. Default: the one people use on that hardware with that format.',
    }),
    runtimeYear: t.int({
      description: `Year of its build (calendar year), ${rangeText(questionRanges.runtimeYear)}: runtimes get faster. Default: the latest year with measurements.`,
      ...ranged(questionRanges.runtimeYear),
    }),
    runtimeVersion: t.string({
      description:
        'Version of its build, as it prints it: 0.14.1, b6077. It counts where that version was measured; elsewhere its year does, ' +
        'which measurements of versions around it tell, or runtimeYear. `assumptions` says which. Default: only the year counts.',
    }),
    backend: t.id({
      description:
        'What the runtime computes with on the device, upper and lower case alike: cuda, rocm, rocm+rocwmma, vulkan, metal, sycl, ' +
        'or cpu for the CPU cores alone of a chip that has a GPU. Default: the runtime’s own there (`Deployment.backend`).',
    }),
    flashAttention: t.boolean({
      description:
        'Fused attention kernels on or off, where the runtime has a switch for them (llama.cpp -fa). Default: as builds of that year do.',
    }),
    microBatch: t.int({
      description:
        `Most prompt tokens read in one step, in tokens: ${rangeText(questionRanges.microBatch)} (llama.cpp -ub, with -b at least as ` +
        'large; vLLM --max-num-batched-tokens). Default: what the runtime does on that device.',
      ...ranged(questionRanges.microBatch),
    }),
    threads: t.int({
      description: `Threads on a CPU, a count, on each device: ${rangeText(questionRanges.threads)}. Default: one on every physical core.`,
      ...ranged(questionRanges.threads),
    }),
    weights: t.id({
      description:
        'The format of the weights: its id, alias or name, or a word that means the usual one of the runtime and device: 4bit, q4, int8, gguf, bnb, UD-Q4_K_XL. Default: the format named with the model ("…-AWQ"), else the one the model is published in, or the usual one where that cannot be run or leaves no room in memory; `assumptions` says which.',
    }),
    kvCache: t.id({
      description:
        'The format of the KV cache: its id, alias or name, or as the runtime’s option calls it: fp8, int8, q8_0, auto. Default: the runtime’s own.',
    }),
    devices: t.int({
      description: `Devices to use, a count: ${rangeText(questionRanges.devices)}. Default: 1.`,
      ...ranged(questionRanges.devices),
    }),
    memoryGiB: t.float({
      description:
        'Memory of one device, in GiB: one of `Hardware.memoryOptionsGiB`. Default: the largest. ' +
        `The value is ${rangeText(questionRanges.memoryGiB)}.`,
      ...ranged(questionRanges.memoryGiB),
    }),
    usableGiB: t.float({
      description:
        'What a runtime may take of each device’s memory, in GiB, where you know better: a wired limit that you set on a Mac, ' +
        `the memory your CPU really has. Default: Hardware.usableGiB. ${rangeText(questionRanges.usableGiB)}.`,
      ...ranged(questionRanges.usableGiB),
    }),
    parallelism: t.field({
      type: ParallelismInput,
      description: 'How to spread the model over them. Default: tensor = devices.',
    }),
    contextTokens: t.int({
      defaultValue: 0,
      description: `Already in each sequence’s cache before the prompt, in tokens: ${rangeText(questionRanges.contextTokens)}.`,
      ...ranged(questionRanges.contextTokens),
    }),
    scheduling: t.field({
      type: Scheduling,
      description: 'How requests are put together. Default: what the runtime does.',
    }),
    offer: t.id({
      description:
        'Id of the price to use. Default: see `cost.basis.rule`. For an API it also chooses the provider. Not with usdPerHour.',
    }),
    usdPerHour: t.float({
      description: `Your own price of all devices together, in USD per hour: ${rangeText(questionRanges.usdPerHour)}. Default: an offer from the catalogue.`,
      ...ranged(questionRanges.usdPerHour),
    }),
    owned: t.field({
      type: OwnedInput,
      description:
        'For `cost.owned`: what owning the devices comes to. Where nobody rents them out, `cost` is that too. ' +
        'Default: not calculated.',
    }),
  }),
});
