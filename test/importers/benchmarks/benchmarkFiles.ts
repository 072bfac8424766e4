/**
 * Benchmark outputs as the tools write them. Fields and definitions: vllm/benchmarks/serve.py, llama-bench's README
 * (its own example, an RTX 4080), guidellm/benchmark/schemas and guidellm/benchmark/benchmark.py (0.3). Figures of the
 * vLLM and GuideLLM examples are made up; each fits the definitions (end to end = first + (tokens − 1) × each).
 */

/** `vllm bench serve --save-result --percentile-metrics ttft,tpot,itl,e2el --max-concurrency 16`. */
export const vllmResult = {
  date: '20261120-093000',
  endpoint_type: 'openai',
  backend: 'openai',
  label: null,
  model_id: 'meta-llama/Llama-3.1-8B-Instruct',
  tokenizer_id: 'meta-llama/Llama-3.1-8B-Instruct',
  num_prompts: 200,
  request_rate: 'inf',
  burstiness: 1.0,
  max_concurrency: 16,
  duration: 62.5,
  completed: 200,
  failed: 0,
  total_input_tokens: 204_800,
  total_output_tokens: 25_600,
  request_throughput: 3.2,
  request_goodput: null,
  output_throughput: 409.6,
  total_token_throughput: 3686.4,
  max_output_tokens_per_s: 512,
  max_concurrent_requests: 18,
  mean_ttft_ms: 210,
  median_ttft_ms: 190,
  std_ttft_ms: 60,
  p99_ttft_ms: 480,
  mean_tpot_ms: 37,
  median_tpot_ms: 37.2,
  std_tpot_ms: 1.1,
  p99_tpot_ms: 40,
  mean_itl_ms: 36.8,
  median_itl_ms: 35.1,
  std_itl_ms: 9,
  p99_itl_ms: 92,
  mean_e2el_ms: 4909,
};

const llamaBenchShared = {
  build_commit: '8cf427ff',
  build_number: 5163,
  cpu_info: 'AMD Ryzen 7 7800X3D 8-Core Processor',
  gpu_info: 'NVIDIA GeForce RTX 4080',
  backends: 'CUDA',
  model_filename: 'models/Qwen2.5-7B-Instruct-Q4_K_M.gguf',
  model_type: 'qwen2 7B Q4_K - Medium',
  model_size: 4_677_120_000,
  model_n_params: 7_615_616_512,
  n_batch: 2048,
  n_ubatch: 512,
  n_threads: 8,
  cpu_mask: '0x0',
  cpu_strict: false,
  poll: 50,
  type_k: 'f16',
  type_v: 'f16',
  n_gpu_layers: 99,
  split_mode: 'layer',
  main_gpu: 0,
  no_kv_offload: false,
  flash_attn: false,
  tensor_split: '0.00',
  use_mmap: true,
  embeddings: false,
};

/** `llama-bench -o json`, the example of its README. */
export const llamaBenchTests = [
  {
    ...llamaBenchShared,
    ...{ n_prompt: 512, n_gen: 0, test_time: '2025-04-24T11:58:50Z', avg_ns: 72_135_640, avg_ts: 7100.002165 },
    ...{ stddev_ns: 1_453_752, stddev_ts: 140.34152, samples_ns: [74_601_900], samples_ts: [6863.1] },
  },
  {
    ...llamaBenchShared,
    ...{ n_prompt: 0, n_gen: 128, test_time: '2025-04-24T11:58:51Z', avg_ns: 1_076_767_880, avg_ts: 118.881588 },
    ...{ stddev_ns: 9_449_585, stddev_ts: 1.041811, samples_ns: [1_075_361_300], samples_ts: [119.03] },
  },
];

/** `llama-bench -o csv`, the example of its README: every value is quoted. */
export const llamaBenchCsv = `build_commit,build_number,cpu_info,gpu_info,backends,model_filename,model_type,model_size,model_n_params,n_batch,n_ubatch,n_threads,cpu_mask,cpu_strict,poll,type_k,type_v,n_gpu_layers,n_cpu_moe,split_mode,main_gpu,no_kv_offload,flash_attn,devices,tensor_split,tensor_buft_overrides,use_mmap,use_direct_io,embeddings,no_op_offload,no_host,repack,fit_target,fit_min_ctx,n_prompt,n_gen,n_depth,test_time,avg_ns,stddev_ns,avg_ts,stddev_ts
"8cf427ff","5163","AMD Ryzen 7 7800X3D 8-Core Processor","NVIDIA GeForce RTX 4080","CUDA","models/Qwen2.5-7B-Instruct-Q4_K_M.gguf","qwen2 7B Q4_K - Medium","4677120000","7615616512","2048","512","8","0x0","0","50","f16","f16","-1","0","layer","0","0","-1","auto","0.00","none","1","0","0","0","0","0","0","0","512","0","0","2025-04-24T11:57:09Z","70285660","982040","7285.676949","100.064434"
"8cf427ff","5163","AMD Ryzen 7 7800X3D 8-Core Processor","NVIDIA GeForce RTX 4080","CUDA","models/Qwen2.5-7B-Instruct-Q4_K_M.gguf","qwen2 7B Q4_K - Medium","4677120000","7615616512","2048","512","8","0x0","0","50","f16","f16","-1","0","layer","0","0","-1","auto","0.00","none","1","0","0","0","0","0","0","0","0","128","0","2025-04-24T11:57:10Z","1067431600","3834831","119.915244","0.430617"
`;

const distribution = (mean: number) => ({
  successful: { mean, median: mean, mode: mean, variance: 0, std_dev: 0, min: mean, max: mean, count: 100 },
  errored: { mean: 0 },
});

const guideMetrics = {
  requests_per_second: distribution(2.5),
  request_concurrency: distribution(7.8),
  request_latency: distribution(3.1),
  prompt_token_count: distribution(256),
  output_token_count: distribution(128),
  time_to_first_token_ms: distribution(52),
  time_per_output_token_ms: distribution(24.2),
  inter_token_latency_ms: distribution(24),
  output_tokens_per_second: distribution(320),
  tokens_per_second: distribution(960),
};

/** GuideLLM 0.4 and later: the strategy is in `config`, time per output token includes the first one. */
export const guideLlmReport = {
  type_: 'generative_benchmarks_report',
  args: { target: 'http://localhost:8000', model: 'meta-llama/Llama-3.1-8B-Instruct', profile: 'sweep' },
  benchmarks: [
    benchmark({ type_: 'synchronous' }),
    benchmark({ type_: 'concurrent', streams: 8 }),
    benchmark({ type_: 'poisson', rate: 2.5 }),
  ],
};

/** GuideLLM 0.3: the strategy is in `args`. */
export const guideLlmOldReport = {
  benchmarks: [
    {
      type_: 'generative_benchmark',
      args: { profile: { type_: 'concurrent' }, strategy_index: 0, strategy: { type_: 'concurrent', streams: 4 } },
      worker: { backend_model: 'meta-llama/Llama-3.1-8B-Instruct' },
      start_time: 1_763_600_000,
      metrics: guideMetrics,
    },
  ],
};

function benchmark(strategy: object) {
  return {
    type_: 'generative_benchmark',
    config: { strategy, backend: { model: 'meta-llama/Llama-3.1-8B-Instruct' } },
    start_time: 1_763_600_000,
    metrics: guideMetrics,
  };
}
