import type { ReportGroup } from './reportGroup.ts';

/** Why the worst (source, model, device family) groups are wrong, by hand: what the residuals show, and what is missing. */
export const worstBecause: Readonly<Record<string, string>> = {
  'server-batch: bloom-inference|bloom-176b|nvidia-ampere-hbm':
    'The only measurements of DeepSpeed-Inference: left out, its overhead and its int8 kernels come from other runtimes.',
  'moe-decode: qwen2-speed|qwen2-57b-a14b|nvidia-ampere-hbm':
    'The only experts in vLLM 0.4, whose expert kernels were not fused yet (0.7 ms a layer); left out, nothing says so.',
  'local-prefill: kyuz0-strix-halo|llama-2-7b|amd-strix-halo':
    'Prompts behind long contexts of the one model here whose query heads share no key heads: attention takes half as ' +
    'long again as the models that stay in the fit let expect.',
  'moe-batch: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper':
    'Maverick has experts in every second layer and one shared expert; TensorRT-LLM 1.0 and 1.2 differ by half on the same rows.',
  'server-saturated: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper':
    'The same rows as experts: TensorRT-LLM 1.0 and 1.2 differ by half on them, and only 1.2 is too slow here.',
  'ttft-single: aws-neuron|code-llama-13b|aws-neuron-v2':
    'The same 13B models read prompts 2.5 times faster on twelve Inferentia2 than on sixteen Trainium1; one rate stands for both.',
  'ttft-single: aws-neuron|llama-2-13b|aws-neuron-v2':
    'The same 13B models read prompts 2.5 times faster on twelve Inferentia2 than on sixteen Trainium1; one rate stands for both.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-hopper':
    'The published rows of this release scatter by a factor of two in both directions around those of 0.14 on the same model.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-ampere-hbm':
    'The published rows of this release scatter by a factor of two in both directions; one is at the bandwidth limit.',
  'ttft-loaded: aiconfigurator-agg|qwen3.5-397b-a17b|nvidia-hopper':
    'Six rows of one hybrid model with linear attention; its prompt kernels are not told apart from plain attention.',
};

/** Why a line of the report is not met, and what would fix it. */
export const missedBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-batch':
    'The median is met; the tail is builds that are measured on one or two sizes: SGLang 2026 and TensorRT-LLM 1.0 as ' +
    'served, whose overhead and collectives are told apart only by two sizes together, TensorRT-LLM 0.8 and 0.9 with ' +
    'fp8 on Hopper, and FasterTransformer among eight devices. Missing: a third size of each build, and tensor ' +
    'parallelism varied on one model.',
  'server-saturated':
    'TensorRT-LLM 1.0 and 1.2 on Blackwell workstation cards (PCIe, experts) and Llama 4 Maverick. Missing: the number ' +
    'of sequences that were in flight, which these tables do not publish.',
  'ttft-single':
    'The tail is AWS Neuron: 13B models read prompts 2.5 times faster on Inferentia2 than on the larger Trainium1 ' +
    'server, 70B models do not. Missing: how each was compiled.',
  'local-decode-nvidia':
    'HBM cards (A100) under llama.cpp: two sources, two kinds of kernels, and each left out alone. GeForce and RTX cards ' +
    'are at 2 to 4 %.',
  'local-decode-apple':
    'M1 has two sources that disagree by a quarter; llama.cpp on M2 Ultra and calm come out 7 % slow when a model is left ' +
    'out, because overhead a layer and stream fraction trade against each other. Missing: more than one size a device.',
  'moe-decode':
    'vLLM has one model in each expert format, and two of its builds took 0.2 and 0.7 ms a layer where others take ' +
    '0.04 ms: left out, nothing says so. llama.cpp is at 4 %. Missing: a second model in each format.',
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
  'moe-decode': 'Slightly too wide: two odd builds of vLLM set the width of the few served models.',
};
