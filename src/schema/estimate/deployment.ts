import type { Answer } from '../../calculator/answer.ts';
import type { ResolvedDeployment } from '../../calculator/resolve.ts';
import { usesFlashAttention } from '../../engine/builds.ts';
import { backendOn } from '../../engine/rows.ts';
import type { Parallelism } from '../../engine/shapes.ts';
import { builder } from '../builder.ts';
import { DeploymentMode } from '../enums.ts';
import { RuntimeType } from '../profiles/runtime/type.ts';
import { WeightFormatType } from '../profiles/weightFormat/type.ts';

const ParallelismType = builder.objectRef<Parallelism>('Parallelism').implement({
  description: 'How the model is spread over devices: tensor × pipeline × data = devices.',
  fields: (t) => ({
    tensor: t.exposeInt('tensor', { description: 'Devices that share every layer, a count.' }),
    pipeline: t.exposeInt('pipeline', { description: 'Stages of consecutive layers, a count.' }),
    expert: t.exposeInt('expert', {
      description: 'Ranks that the experts are spread over, a count; 1 = sharded like the rest.',
    }),
    data: t.exposeInt('data', { description: 'Copies of the model that work on different requests, a count.' }),
  }),
});

type AnsweredDeployment = Answer['deployment'];

const onHardware = (deployment: AnsweredDeployment): ResolvedDeployment | null =>
  deployment.mode === 'local' ? deployment : null;

export const DeploymentType = builder.objectRef<AnsweredDeployment>('Deployment').implement({
  description: 'Where and how the model runs, defaults filled in.',
  fields: (t) => ({
    mode: t.expose('mode', { type: DeploymentMode, description: 'Own hardware or a provider’s API.' }),
    provider: t.string({
      nullable: true,
      description: 'API only: the provider whose measured latency answers; where nobody measured one, whose price.',
      resolve: (deployment) => (deployment.mode === 'api' ? deployment.provider : null),
    }),
    devices: t.int({
      nullable: true,
      description: 'Devices used, a count; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.engine.devices,
    }),
    parallelism: t.field({
      type: ParallelismType,
      nullable: true,
      description: 'How the model is spread over the devices; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.engine.parallelism,
    }),
    runtime: t.field({
      type: RuntimeType,
      nullable: true,
      description: 'The program that runs the model; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.runtime,
    }),
    runtimeYear: t.int({
      nullable: true,
      description: 'Year of the runtime’s build (calendar year): runtimes get faster; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.engine.runtimeYear,
    }),
    runtimeVersion: t.string({
      nullable: true,
      description:
        'Version of the build as major.minor, where one was asked for; null where only its year counts, and for an API.',
      resolve: (deployment) => onHardware(deployment)?.engine.runtimeVersion,
    }),
    backend: t.string({
      nullable: true,
      description:
        'What the runtime computes with on the device: cuda, rocm, vulkan, metal, sycl, cpu; null for an API and for a runtime ' +
        'with but one way to run there.',
      resolve: (deployment) => {
        const engine = onHardware(deployment)?.engine;
        return engine && backendOn(engine.runtime, engine.hardware);
      },
    }),
    flashAttention: t.boolean({
      nullable: true,
      description: 'Attention kernels are fused; null for an API.',
      resolve: (deployment) => {
        const engine = onHardware(deployment)?.engine;
        return engine && usesFlashAttention(engine);
      },
    }),
    microBatch: t.int({
      nullable: true,
      description: 'Most prompt tokens read in one step, in tokens; null for an API, and where a whole prompt is.',
      resolve: (deployment) => onHardware(deployment)?.engine.runtime.prefillChunkTokens,
    }),
    threads: t.int({
      nullable: true,
      description: 'CPU cores that compute on each device, a count; null for an API, and where none do.',
      resolve: (deployment) => {
        const hardware = onHardware(deployment)?.engine.hardware;
        return hardware?.kind === 'cpu' ? hardware.cpu?.cores : null;
      },
    }),
    weights: t.field({
      type: WeightFormatType,
      nullable: true,
      description: 'Format of the weights; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.weights,
    }),
    kvCache: t.field({
      type: WeightFormatType,
      nullable: true,
      description: 'Format of the KV cache; null for an API.',
      resolve: (deployment) => onHardware(deployment)?.kvCache,
    }),
  }),
});
