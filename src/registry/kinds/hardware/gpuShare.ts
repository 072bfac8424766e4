import type { HardwareFacts } from './facts.ts';

/** How much of a memory that it shares with the CPU a system lets the GPU take. */
export interface GpuShare {
  fraction: number;
  /** Who decides, to begin a sentence with: "macOS". */
  system: string;
  /** How it is set to another value, to follow "unless". */
  setting: string;
}

interface ShareRule {
  vendor: string;
  /** Of memory below this many GiB. */
  underGiB: number;
  share: GpuShare;
}

const macOs = (fraction: number): GpuShare => {
  return { fraction, system: 'macOS', setting: 'sysctl iogpu.wired_limit_mb says otherwise' };
};
const jetson = (fraction: number): GpuShare => {
  return { fraction, system: 'The system', setting: 'other programs need more' };
};

/**
 * The first rule that holds; read on 24 November 2026.
 *
 * Apple: what Metal recommends as the largest working set, as llama.cpp logs it: 10,922.67 of 16,384 MiB
 * (github.com/abetlen/llama-cpp-python/issues/687), 21,845.34 of 32,768 (github.com/ollama/ollama/issues/434), 49,152 of
 * 65,536 (github.com/ggml-org/llama.cpp/issues/1870), 73,728 of 98,304 (github.com/ggml-org/llama.cpp/issues/3213). macOS
 * 26 gives more, 11.84 of 16 and 107.52 of 128 GiB (github.com/AlexsJones/llmfit/pull/754,
 * github.com/antirez/ds4/pull/893); the lower share holds for every version.
 *
 * AMD: 96 of 128 GB by Variable Graphics Memory, 75 %
 * (amd.com/en/blogs/2025/faqs-amd-variable-graphics-memory-vram-ai-model-sizes-quantization-mcp-more.html). Linux maps half
 * until ttm.pages_limit says more (rocm.docs.amd.com/en/latest/how-to/system-optimization/strixhalo.html).
 *
 * NVIDIA: all that the kernel has, as llama.cpp or the kernel say: Orin 7,607 of 8,192 and 62,827 of 65,536 MiB
 * (github.com/ollama/ollama/issues/3406: 61.4 GiB), Thor 125,748 of 131,072, GB10 124,610 of 131,072
 * (github.com/XuehaiPan/nvitop/pull/208). A device with a reported figure of its own (`usableMemory`) keeps that.
 */
const rules: readonly ShareRule[] = [
  { vendor: 'Apple', underGiB: 36, share: macOs(2 / 3) },
  { vendor: 'Apple', underGiB: Number.POSITIVE_INFINITY, share: macOs(3 / 4) },
  {
    vendor: 'AMD',
    underGiB: Number.POSITIVE_INFINITY,
    share: { fraction: 3 / 4, system: 'AMD’s Variable Graphics Memory', setting: 'Linux is set to another GTT size' },
  },
  { vendor: 'NVIDIA', underGiB: 12, share: jetson(0.93) },
  { vendor: 'NVIDIA', underGiB: Number.POSITIVE_INFINITY, share: jetson(0.95) },
];

/** Null where the GPU has its memory to itself, where stacked memory is all the system has, or where nobody set a rule. */
export function gpuShareOf({ kind, vendor, memory, usableMemory }: HardwareFacts, memoryGiB: number): GpuShare | null {
  const isShared = kind === 'apu' && memory.sharedWithCpu === true && memory.memoryKind.startsWith('LPDDR');
  if (!isShared || (usableMemory !== undefined && memoryGiB === memory.memoryGiB)) return null;
  const rule = rules.find((candidate) => candidate.vendor === vendor && memoryGiB < candidate.underGiB);
  return rule?.share ?? null;
}

/** Sizes the device is sold with, in GiB, the smallest first; empty for on-chip memory. */
export function memoryOptionsGiB({ memory: { memoryGiB, optionsGiB } }: HardwareFacts): number[] {
  if (memoryGiB === undefined) return [];
  return [...new Set([...(optionsGiB ?? []), memoryGiB])].toSorted((one, other) => one - other);
}
