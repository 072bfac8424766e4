import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import { hardwareKind } from '../../../src/registry/kinds/hardware/hardware.ts';
import type { Kind } from '../../../src/registry/kinds/kind.ts';
import { kind as modelKind } from '../../../src/registry/kinds/model.ts';
import { runtimeKind } from '../../../src/registry/kinds/runtime.ts';
import { weightFormatKind } from '../../../src/registry/kinds/weightFormat.ts';
import { anyArchitecture } from '../deployments.ts';

/** Seed profiles by id, as the engine sees them. Each is read once: the engine remembers sums per object. */
export const seedHardware = reader(hardwareKind);
export const seedRuntime = reader(runtimeKind);
export const seedFormat = reader(weightFormatKind);
const seedModel = reader(modelKind);

export function seedArchitecture(id: string) {
  const { architecture } = seedModel(id);
  if (architecture === null) throw new Error(`${id} has no architecture`);
  return architecture;
}

/** One model on one device, by seed ids; several devices hold consecutive layers. */
export function desktopDeployment(
  model: string,
  hardware: string,
  weights: string,
  runtime: string,
  changes: Partial<Deployment> = {},
): Deployment {
  const devices = changes.devices ?? 1;
  return {
    model: { id: model, name: model, contextTokens: 131_072, architecture: seedArchitecture(model) },
    hardware: seedHardware(hardware),
    devices,
    parallelism: { tensor: 1, pipeline: devices, expert: 1, data: 1 },
    runtime: seedRuntime(runtime),
    runtimeYear: seedRuntime(runtime).defaultYear,
    weights: seedFormat(weights),
    kvCache: seedFormat('kv-fp16'),
    ...changes,
  };
}

export function desktopWorkload(changes: Partial<Workload> = {}): Workload {
  return { promptTokens: 512, outputTokens: 128, batch: 1, contextTokens: 0, scheduling: 'static', ...changes };
}

/** Devices of every backend, with a runtime that runs there and formats that it reads. */
const machines = [
  { hardware: 'nvidia-rtx-4090-24gb', runtime: 'llama.cpp', formats: ['gguf-q4_k_m', 'gguf-f16', 'gguf-iq2_xxs'] },
  { hardware: 'nvidia-t4-16gb', runtime: 'ollama', formats: ['gguf-q4_0', 'gguf-q8_0'] },
  { hardware: 'nvidia-p40-24gb', runtime: 'llama.cpp', formats: ['gguf-q6_k', 'gguf-f16'] },
  { hardware: 'nvidia-a100-sxm4-80gb', runtime: 'tinychat', formats: ['awq-int4-g128', 'fp16'] },
  { hardware: 'apple-m2-ultra', runtime: 'mlx', formats: ['mlx-4bit-g64', 'mlx-8bit-g64', 'bf16'] },
  { hardware: 'apple-m4', runtime: 'llama.cpp', formats: ['gguf-q4_k_m', 'gguf-mxfp4_moe'] },
  { hardware: 'amd-ryzen-ai-max-395-128gb', runtime: 'llama.cpp', formats: ['gguf-q3_k_m', 'mxfp4'] },
  { hardware: 'intel-arc-b580-12gb', runtime: 'llama.cpp', formats: ['gguf-iq4_xs'] },
  { hardware: 'amd-ryzen-9-7950x', runtime: 'ik-llama.cpp', formats: ['gguf-q4_0', 'gguf-iq3_s', 'gguf-q8_0'] },
  { hardware: 'raspberry-pi-5', runtime: 'llama.cpp', formats: ['gguf-q2_k'] },
];

export const anyDesktopDeployment: fc.Arbitrary<Deployment> = fc
  .record({
    architecture: anyArchitecture,
    machine: fc.constantFrom(...machines),
    formatChoice: fc.nat(),
    runtimeYear: fc.integer({ min: 2022, max: 2028 }),
    flashAttention: fc.option(fc.boolean(), { nil: undefined }),
    kvCache: fc.constantFrom('kv-fp16', 'kv-q8_0'),
    tensor: fc.constantFrom(1, 2),
    pipeline: fc.constantFrom(1, 2, 3),
    data: fc.constantFrom(1, 2),
  })
  .map(({ architecture, machine, formatChoice, flashAttention, kvCache, tensor, pipeline, data, runtimeYear }) => {
    const format = machine.formats[formatChoice % machine.formats.length] ?? '';
    return {
      model: { id: 'model', name: 'Model', contextTokens: 131_072, architecture },
      hardware: seedHardware(machine.hardware),
      devices: tensor * pipeline * data,
      parallelism: { tensor, pipeline, expert: 1, data },
      runtime: seedRuntime(machine.runtime),
      runtimeYear,
      weights: seedFormat(format),
      kvCache: seedFormat(kvCache),
      ...(flashAttention === undefined ? {} : { flashAttention }),
    };
  });

function reader<Facts extends object, Engine>(kind: Kind<Facts, Engine>): (id: string) => Engine {
  const known = new Map<string, Engine>();
  return (id) => {
    const read = known.get(id);
    if (read !== undefined) return read;
    const file = new URL(`../../../seeds/${kind.folder}/${id}.json`, import.meta.url);
    const engine = kind.toEngine(id, kind.schema.parse(JSON.parse(readFileSync(file, 'utf8'))));
    known.set(id, engine);
    return engine;
  };
}
