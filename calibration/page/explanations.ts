import type { ReportGroup } from './reportGroup.ts';

/**
 * What the residuals of the sources that are furthest off show, by hand. Where nobody has shown the cause, it says so.
 */
export const worstBecause: Readonly<Record<string, string>> = {
  'server-batch: huggingface/transformers-bloom-inference':
    'The only measurements of DeepSpeed-Inference: left out, its overhead and its kernels come from other runtimes. Too fast ' +
    '2.6 to 4.1 times in int8, 1.1 to 1.4 times in fp16.',
  'moe-decode: QwenLM/Qwen3':
    'The only experts in vLLM 0.4: 32 to 49 ms a token over 28 layers, longer than any later build takes. The cause is not ' +
    'published; left out, nothing says so.',
  'local-decode-cpu: microsoft/T-MAC':
    'llama.cpp and T-MAC on the cores of M2 Ultra (1.4 to 1.6 times too fast) and of Jetson AGX Orin (2.3 to 3.2 times). Nobody ' +
    'else has measured how much of the memory those reach.',
  'local-prefill: ggml-org/llama.cpp/discussions/15396':
    'The only prompts of MXFP4 experts on GeForce and RTX: 1.3 to 2.7 times too fast, most on Blackwell. Why is not shown. On ' +
    'Apple it is at 1 to 17 %.',
  'local-prefill: mit-han-lab/llm-awq':
    'TinyChat and its fp16 loop have been measured nowhere else: mostly 1.2 to 1.9 times too fast with the fraction of the peak ' +
    'that llama.cpp reaches.',
  'ttft-single: intel.com':
    'The only Gaudi: prompts of one request are 1.5 times too slow for 7B and 8B, 11 % for 70B. What a prompt costs beside its ' +
    'products is then inherited from GPUs.',
  'local-prefill: kyuz0/amd-strix-halo-toolboxes':
    'ROCm of 2026 behind long contexts comes out ten times too slow: of that build only this source has prompts at depth, and the ' +
    'attention kernels of 2025, which stand in, were ten times slower. Without context the two are within a factor of two.',
  'ttft-loaded: aws-neuron/aws-neuron-sdk':
    'The only Neuron: prompts of batches come out half as long as they are, with the compute fraction of 16-bit GPUs.',
  'local-prefill: ikawrakow/ik_llama.cpp/discussions/164':
    'All trusted prompts on processors: 1.4 to 2.5 times too slow, with what GPUs reach of their peak instead of processors.',
  'local-prefill: lhl/strix-halo-testing':
    'Nearly all of Strix Halo in 2025. Left out, the year after stands in, whose ROCm kernels with fused attention are two to ' +
    'three times as fast; without it they are 1.2 to 1.5 times too fast.',
};

/** Which points keep a line of the report from its aim, and what would tell more. */
export const missedBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-decode':
    'vLLM of 2024 (Qwen’s tables, 0.4 to 0.6) is the tail: overhead a layer, AWQ and int4 kernels of that year are in no other ' +
    'source, and the fit without them takes those of 2025. TensorRT-LLM of 2025 comes out slower than its own tables by 29 %. ' +
    'Missing: a second source of vLLM in 2024 and of TensorRT-LLM behind HTTP.',
  'server-batch':
    'The median is met. The tail is DeepSpeed-Inference, Neuron and Gaudi, which one source each has measured, TensorRT-LLM 0.5 ' +
    'to 0.9 with fp8 on Hopper, and TensorRT-LLM of 2025 behind HTTP (21 % too slow). Missing: a second source of each.',
  'server-saturated':
    'TensorRT-LLM is 324 of 344 points, and left out all of its builds inherit: 16 % too slow, most with experts (workstation cards ' +
    'of Blackwell 36 %, A100 25 %). Missing: another source of saturated TensorRT-LLM, and the sequences that were in flight.',
  'ttft-single':
    'Neuron and eager Transformers are 30 % too fast without their only sources, TensorRT-LLM is at 13 %. Missing: a second source ' +
    'of prompts alone for each, and how Neuron models were compiled.',
  'ttft-loaded':
    'Requests over HTTP under load come from one source. Without it the wait of SGLang (55 %) and of TensorRT-LLM in 2026 (71 %) ' +
    'is not known, which vLLM does not have (6 to 9 %). Missing: a second source that publishes arrivals beside times.',
  'local-decode-nvidia':
    'A100 under llama.cpp is 1.3 times too fast; MLC on Jetson Orin Nano and calm, each from one source, are 14 to 20 % too slow. ' +
    'The scoreboard of CUDA is 5 % faster than we say. Missing: HBM cards under llama.cpp with more than one model.',
  'local-decode-apple':
    'The tail is met. Maintainers’ runs on M2 Ultra come out 10 % slow, MLX on M3 Ultra 12 % fast, and M1 Max differs by source as ' +
    'much as it errs. Missing: builds of one year on the same chip by two sources.',
  'local-decode-amd-intel':
    'The median is met. Radeon under ROCm is 17 % faster on its scoreboard than we say, and half of the scoreboard of Vulkan, with ' +
    'Intel Arc on it, is off by 20 % and more. Missing: Radeon and Arc with more than one model and year.',
  'local-decode-cpu':
    'One thread has nearly all measurements. Without it the cost of unpacking each format is that of GPUs, and i-quants come out ' +
    'half as slow again as they are. Missing: processors of servers, and any second table of formats.',
  'local-prefill':
    'By machine: M2 Ultra 9 %, RTX 4090 43 % (TinyChat), Strix Halo 40 % (years whose kernels differ by ten times), processors 43 %. ' +
    'The fraction of the peak that a build reaches is not known for a family nobody else ran. Missing: long prompts at depth from a ' +
    'second source of each year, MXFP4 experts on NVIDIA, processors.',
  'local-batch':
    'One source, on two machines: left out, nothing tells how kernels for a few sequences behave, and all is starting values. ' +
    'Missing: any second source.',
  'moe-decode':
    'Every expert format of vLLM has been measured on one model by one source, and builds of it differ ten times in what a layer ' +
    'of experts costs. DeepSeek R1 under SGLang and TensorRT-LLM is at 19 %, llama.cpp at 4 to 8 % but for Strix Halo in 2026. ' +
    'Missing: a second model in each format.',
  'moe-batch':
    'TensorRT-LLM without its own tables is 30 % too slow, those of 0.14 and 0.9 on A100 twice; vLLM with MXFP4 and fp8 experts 18 % ' +
    'too slow; one table of batches on M2 Ultra 34 %. DeepSeek R1 is at 13 %. Missing: a second model in each format.',
};

/** Which points make the 80 % intervals of a group hold more or less of its measurements than they should. */
export const coverageBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-saturated':
    'Too wide: 324 of the points are one source’s; without it all of its builds are three to five steps of inheritance away and ' +
    'widened most.',
  'ttft-loaded':
    'Too narrow by a hair: requests over HTTP under load come from one source, and without it static batches speak for them. ' +
    'Do not bet on it.',
};
