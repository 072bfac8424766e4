// What one estimate costs in the engine alone: no registry, no schema. Goals: 25 µs for Llama-3.1-70B on 8 devices,
// 60 µs for DeepSeek-V3, 4 s for 100,000 different estimates. Times depend on the machine; the last line is a ratio
// to 100 million square roots in the same run.

import { readCoefficients, readProfiles } from '../calibration/accuracy/seeds.ts';
import { estimate } from '../src/engine/estimate.ts';
import type { Deployment, Workload } from '../src/engine/shapes.ts';
import { runtimeOnDevice } from '../src/registry/kinds/runtime.ts';

const profiles = readProfiles();
const coefficients = readCoefficients();

const llama = deploymentOf('llama-3.1-70b', 'nvidia-h100-sxm-80gb', 'bf16', 8);
const deepseek = deploymentOf('deepseek-v3', 'nvidia-h200-sxm-141gb', 'fp8-e4m3-block128', 8);
console.log(`Llama-3.1-70B on 8 devices: ${(microseconds(llama, 50_000)).toFixed(1)} µs an estimate`);
console.log(`DeepSeek-V3 on 8 devices:   ${(microseconds(deepseek, 50_000)).toFixed(1)} µs an estimate`);

const many = manyDeployments();
const started = performance.now();
for (let index = 0; index < 100_000; index++) {
  estimate(many[index % many.length] as Deployment, workloadOf(index), coefficients);
}
const seconds = (performance.now() - started) / 1000;
console.log(`100,000 different estimates over ${many.length} deployments: ${seconds.toFixed(2)} s`);
console.log(`ratio to 100 million square roots: ${(seconds / squareRootSeconds()).toFixed(1)}`);

function microseconds(deployment: Deployment, count: number): number {
  for (let index = 0; index < count / 5; index++) estimate(deployment, workloadOf(index), coefficients);
  const start = performance.now();
  for (let index = 0; index < count; index++) estimate(deployment, workloadOf(index), coefficients);
  return ((performance.now() - start) / count) * 1000;
}

/** A workload that no other index has. */
function workloadOf(index: number): Workload {
  return {
    promptTokens: 1 + (index % 4001),
    outputTokens: 1 + (index % 997),
    batch: 1 + (index % 64),
    contextTokens: 0,
    scheduling: 'continuous',
  };
}

/** Every open model on every data-centre GPU of the catalogue, one device each. */
function manyDeployments(): Deployment[] {
  const models = [...profiles.models.values()].filter(({ architecture }) => architecture !== null);
  const cards = [...profiles.hardware.values()].filter(
    ({ kind, memoryClass, peaks }) => kind === 'gpu' && memoryClass === 'hbm' && peaks.bf16 !== undefined,
  );
  return models.flatMap(({ id }) => cards.map((card) => deploymentOf(id, card.id, 'bf16', 1)));
}

function deploymentOf(modelId: string, hardwareId: string, weightsId: string, devices: number): Deployment {
  const model = found(profiles.models.get(modelId), modelId);
  const hardware = found(profiles.hardware.get(hardwareId), hardwareId);
  const vllm = found(profiles.runtimes.get('vllm'), 'vllm');
  return {
    model: { ...model, architecture: found(model.architecture, `architecture of ${modelId}`) },
    hardware,
    devices,
    parallelism: { tensor: devices, pipeline: 1, expert: 1, data: 1 },
    runtime: runtimeOnDevice(vllm.engine, vllm.facts, hardware),
    runtimeYear: vllm.engine.defaultYear,
    weights: found(profiles.weightFormats.get(weightsId), weightsId),
    kvCache: found(profiles.weightFormats.get('kv-fp16'), 'kv-fp16'),
  };
}

function found<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new Error(`${name} is not in the seeds`);
  return value;
}

function squareRootSeconds(): number {
  const start = performance.now();
  let sum = 0;
  for (let index = 0; index < 100_000_000; index++) sum += Math.sqrt(index);
  if (Number.isNaN(sum)) throw new Error('the sum of square roots is a number');
  return (performance.now() - start) / 1000;
}
