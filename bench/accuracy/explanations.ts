import type { ReportGroup } from './reportGroup.ts';

/** Why the worst (source, model, device family) groups are wrong, by hand: what the residuals show, and what is missing. */
export const worstBecause: Readonly<Record<string, string>> = {
  'server-batch: bloom-inference|bloom-176b|nvidia-ampere-hbm':
    'The only measurements of DeepSpeed-Inference: left out, its overhead and its int8 kernels come from other runtimes.',
  'moe-decode: qwen2-speed|qwen2-57b-a14b|nvidia-ampere-hbm':
    'The only experts in vLLM 0.4, whose expert kernels were not fused yet (0.7 ms a layer); left out, nothing says so.',
  'moe-decode: aiconfigurator-agg|gpt-oss-120b|nvidia-hopper':
    'The only MXFP4 experts in vLLM; left out, its expert layers take the overhead of fp8 experts of another build.',
  'moe-batch: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper':
    'Maverick has experts in every second layer and one shared expert; TensorRT-LLM 1.0 and 1.2 differ by half on the same rows.',
  'server-saturated: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper':
    'The same rows as experts: TensorRT-LLM 1.0 and 1.2 differ by half on them, and only 1.2 is too slow here.',
  'ttft-single: aws-neuron|code-llama-13b|aws-neuron-v2':
    'Neuron compiles prompts into buckets; which bucket a length fell into is not published.',
  'ttft-single: aws-neuron|llama-2-13b|aws-neuron-v2':
    'Neuron compiles prompts into buckets; which bucket a length fell into is not published.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-hopper':
    'The published rows of this release scatter by a factor of two in both directions around those of 0.14 on the same model.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-ampere-hbm':
    'The published rows of this release scatter by a factor of two in both directions; one is at the bandwidth limit.',
  'ttft-loaded: aiconfigurator-agg|qwen3.5-397b-a17b|nvidia-hopper':
    'Six rows of one hybrid model with linear attention; its prompt kernels are not told apart from plain attention.',
};

/** Why a line of the report is not met, and what would fix it. */
export const missedBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-decode':
    'The median is met or near; the tail is builds with one model left once another is left out: FasterTransformer on ' +
    'three sizes of GPT, vLLM 2025 and TensorRT-LLM 2025 on two sizes of Llama at different tensor parallelism, and ' +
    'DeepSpeed-Inference on nothing. Missing: a second model of each build at the same number of devices.',
  'server-batch':
    'SGLang 2026 and TensorRT-LLM 1.0 as served come out a third to a half too slow when their 70B runs are left out: ' +
    'overhead and collectives of these builds are known apart only from the two sizes together. Missing: runs of a ' +
    'third size, and tensor parallelism varied on one model.',
  'server-saturated':
    'TensorRT-LLM 1.0 and 1.2 on Blackwell workstation cards (PCIe, experts) and Llama 4 Maverick. Missing: the number ' +
    'of sequences that were in flight, which these tables do not publish.',
  'ttft-single':
    'The tail is AWS Neuron, whose prompt buckets are not published (25 % at the median); without it the line is met.',
  'local-decode-nvidia':
    'HBM cards (A100) under llama.cpp: two sources, two kinds of kernels, and each left out alone. GeForce and RTX cards ' +
    'are at 2 to 4 %.',
  'local-decode-apple':
    'M1 has two sources that disagree by a quarter; llama.cpp on M2 Ultra and calm come out 7 % slow when a model is left ' +
    'out, because overhead a layer and stream fraction trade against each other. Missing: more than one size a device.',
  'moe-decode':
    'vLLM has one model in each expert format, so every format is judged by kernels of another (MXFP4, fp8, unfused). ' +
    'llama.cpp is at 4 %. Missing: a second model in each format.',
  'moe-batch':
    'As for one sequence: every expert format of vLLM and every generation of TensorRT-LLM has been measured on one or ' +
    'two models. TensorRT-LLM 0.14 with Mixtral is at 5 %. Missing: a second model in each format.',
};

/** Why the 80 % intervals of a group hold more or less of its measurements than they should. */
export const coverageBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'ttft-loaded':
    'Too wide: servers under load and static batches share one step of widening, and the latter inherit often without ' +
    'being further off.',
  'local-decode-cpu': 'Slightly too wide: a width from four processors allows for a fifth.',
};
