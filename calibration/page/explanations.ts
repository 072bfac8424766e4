import type { ReportGroup } from './reportGroup.ts';

/**
 * What the residuals of the worst (source, model, device family) groups show, by hand. Where nobody has shown the cause,
 * it says so.
 */
export const worstBecause: Readonly<Record<string, string>> = {
  'server-batch: bloom-inference|bloom-176b|nvidia-ampere-hbm':
    'The only measurements of DeepSpeed-Inference: left out, its overhead and its kernels come from other runtimes. Too fast ' +
    '2.6 to 4 times in int8, 1.1 to 1.6 times in fp16.',
  'moe-decode: qwen2-speed|qwen2-57b-a14b|nvidia-ampere-hbm':
    'The only experts in vLLM 0.4: 32 to 49 ms a token over 28 layers, longer than any later build takes. The cause is not ' +
    'published; left out, nothing says so.',
  'local-prefill: kyuz0-strix-halo|llama-2-7b|amd-strix-halo':
    'Prompts behind long contexts are 1.4 to 1.9 times too fast, those without context 9 and 16 %. It is the one model of ' +
    'this source whose query heads share no key heads; whether that is why is not shown: another source has the same model ' +
    'on this chip at 12 %.',
  'moe-batch: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper':
    'Attention copied to each of eight devices, where 1.0 splits it: at 1,000 + 1,000 tokens the two were measured within 5 %, ' +
    'and the estimate of the copied layout is 1.6 times too fast. What that layout costs is not told by other rows.',
  'server-saturated: tensorrt-llm-1.2|llama-4-maverick|nvidia-hopper': 'The same rows as experts, batched.',
  'ttft-single: aws-neuron|code-llama-13b|aws-neuron-v2':
    'The same 13B models read prompts 2.5 times faster on twelve Inferentia2 than on sixteen Trainium1, which are estimated ' +
    'alike. The cause is not published.',
  'ttft-single: aws-neuron|llama-2-13b|aws-neuron-v2':
    'The same 13B models read prompts 2.5 times faster on twelve Inferentia2 than on sixteen Trainium1, which are estimated ' +
    'alike. The cause is not published.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-hopper':
    'Static batches in fp8, up to 2 times too fast, while the same release on A100 is too slow. The cause is not known.',
  'moe-batch: tensorrt-llm-0.9|mixtral-8x7b|nvidia-ampere-hbm':
    'Static batches, half too slow. The saturated rows of 0.14 on the same two devices were measured within 25 % of them ' +
    'and come out right; what differs is not known.',
  'ttft-loaded: aiconfigurator-agg|qwen3.5-397b-a17b|nvidia-hopper':
    'Six rows whose times hardly grow with the prompt: 233 to 309 ms for 1,024 tokens, 501 ms for 8,192. The estimate grows ' +
    'with it: up to 3 times too short for short prompts, 1.7 times too long for the longest.',
};

/** Which points keep a line of the report from its aim, and what would tell more. */
export const missedBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-batch':
    'The median is met. Nearly half of the tail is SGLang with Llama 3.1 8B, its only dense model, so that left out nothing ' +
    'tells of its overhead; then DeepSpeed-Inference, TensorRT-LLM 0.5 to 0.9 with fp8 on Hopper, and FasterTransformer ' +
    "with GPT 20B on eight devices (its other GPTs are at 3 to 18 %). Missing: a second model of SGLang's, and tensor " +
    'parallelism varied on more than one model.',
  'server-saturated':
    'Three sets make the tail: TensorRT-LLM 0.14 on pairs of A100 PCIe with models that nearly fill them, 1.5 to 1.7 times ' +
    'too fast; 1.0 on eight Blackwell workstation cards with experts, half too slow; Llama 4 Maverick. Missing: the number ' +
    'of sequences that were in flight, which these tables do not publish.',
  'ttft-single':
    'Most of the tail is AWS Neuron: 13B models read prompts 2.5 times faster on Inferentia2 than on the larger Trainium1 ' +
    'server, Llama 3 8B slower. The rest is mainly Mixtral under TensorRT-LLM 0.9. Missing: how each was compiled.',
  'local-decode-nvidia':
    'Half of the tail is an A100 under llama.cpp (up to 44 % too fast in 16 bits) and half MLC on Jetson Orin Nano, measured ' +
    'once on each model. GeForce and RTX cards are at 2 to 4 %. Missing: a second source for either.',
  'local-decode-apple':
    'M1 Max has three sources: llama.cpp and vllm-mlx come out 10 to 33 % too fast, calm 3 to 17 % too slow. llama.cpp on M2 ' +
    'Ultra and calm come out 4 to 9 % slow in the median when a model is left out; overhead a layer and stream fraction may ' +
    'trade against each other. Missing: more than one size a device.',
  'moe-decode':
    'vLLM has one model in each expert format, and the fit gives two of its builds 0.26 and 0.76 ms a layer of experts where ' +
    'others have 0.02 to 0.06 ms: left out, nothing says so. llama.cpp is at 5 %. Missing: a second model in each format.',
  'moe-batch':
    'As for one sequence: every expert format of vLLM and every generation of TensorRT-LLM has been measured on one or two ' +
    'models. TensorRT-LLM 0.14 with Mixtral is at 5 % but for pairs of A100 PCIe, where it is 1.5 to 1.8 times too fast. ' +
    'Missing: a second model in each format.',
};

/** Which points make the 80 % intervals of a group hold more or less of its measurements than they should. */
export const coverageBecause: Readonly<Partial<Record<ReportGroup, string>>> = {
  'server-saturated':
    'Slightly too wide: the 39 points that are four steps of inheritance away are widened most, and all lie inside; the ' +
    'others are at 88 %.',
  'local-decode-cpu': 'Slightly too wide: a width from four processors allows for a fifth.',
  'moe-decode': 'Slightly too wide: llama.cpp, most of the points, is at 93 %, TensorRT-LLM and SGLang at 100 %.',
};
