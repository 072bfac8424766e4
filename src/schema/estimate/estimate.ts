import packageJson from '../../../package.json' with { type: 'json' };
import { type Answer, isTimed } from '../../calculator/answer.ts';
import { verdictOf } from '../../calculator/judgement/verdict.ts';
import { costFactors } from '../../calculator/prices.ts';
import { summarise } from '../../calculator/summary.ts';
import { weightBytes } from '../../engine/model/weights.ts';
import { builder } from '../builder.ts';
import { Bottleneck, Phase } from '../enums.ts';
import { resolving } from '../errors.ts';
import { HardwareType } from '../profiles/hardware/type.ts';
import { ModelType } from '../profiles/model/type.ts';
import { worth } from '../work.ts';
import { AssumptionType } from './assumption.ts';
import { BasisType } from './basis.ts';
import { type AnsweredCost, CostEstimateType } from './cost.ts';
import { DeploymentType } from './deployment.ts';
import { EnergyEstimateType } from './energy.ts';
import { type AnsweredMemory, MemoryEstimateType } from './memory.ts';
import { LatencyEstimateType } from './speed/latency.ts';
import { OperationType } from './speed/operation.ts';
import { RooflineType } from './speed/roofline.ts';
import { SaturationType } from './speed/saturation.ts';
import { ThroughputEstimateType } from './speed/throughput.ts';
import { SuggestionType } from './suggestion.ts';
import { QueueType, VerdictType } from './verdict.ts';
import { WorkloadType } from './workload.ts';

export const EstimateType = builder.objectRef<Answer>('Estimate').implement({
  description: 'How fast, how big and how expensive one model is in one deployment for one workload.',
  fields: (t) => ({
    summary: t.string({
      description:
        'The answer in one sentence, with units: time and its 80 % interval, speed, memory, cost. Every number in it is a field.',
      resolve: resolving((answer) => summarise(answer)),
    }),
    verdict: t.field({
      type: VerdictType,
      description: 'Whether it runs, in one line.',
      resolve: (answer) => verdictOf(answer),
    }),
    model: t.expose('model', { type: ModelType, description: 'The model.' }),
    hardware: t.field({
      type: HardwareType,
      nullable: true,
      description: 'The device; null for an API.',
      resolve: ({ deployment }) => (deployment.mode === 'local' ? deployment.hardware : null),
    }),
    deployment: t.expose('deployment', {
      type: DeploymentType,
      description: 'Where and how it runs, defaults filled in.',
    }),
    workload: t.expose('workload', { type: WorkloadType, description: 'The requests, defaults filled in.' }),
    memory: t.field({
      type: MemoryEstimateType,
      nullable: true,
      description: 'What it needs in device memory and whether that is there; null for an API.',
      resolve: (answer) => memoryOf(answer),
    }),
    queue: t.expose('queue', {
      type: QueueType,
      nullable: true,
      description: 'Null where all sequences run at once, where not even one fits, and for an API.',
    }),
    latency: t.field({
      type: LatencyEstimateType,
      nullable: true,
      description: 'How long one request takes; null for an API that nobody is known to have measured.',
      resolve: (answer) => (isTimed(answer) ? answer : null),
    }),
    throughput: t.field({
      type: ThroughputEstimateType,
      nullable: true,
      description: 'How much gets done per second; null where latency is.',
      resolve: (answer) => (isTimed(answer) ? answer : null),
    }),
    cost: t.field({
      type: CostEstimateType,
      nullable: true,
      description:
        'What it costs; null when nobody is known to ask a price for it: `options.usdPerHour` or `options.owned` give one.',
      resolve: resolving((answer) => costOf(answer)),
    }),
    energy: t.field({
      type: EnergyEstimateType,
      nullable: true,
      description: 'Electricity it takes; null for an API, and where the device’s power is not known.',
      resolve: (answer) => answer.energy(),
    }),
    saturation: t.field({
      type: SaturationType,
      nullable: true,
      description: 'The most this deployment can do; null for an API, and where not even one sequence fits.',
      resolve: ({ saturation, intervals }) =>
        saturation && { figures: saturation, interval: () => intervals()?.saturatedTokensPerSecond ?? null },
    }),
    bottleneck: t.expose('bottleneck', {
      type: Bottleneck,
      nullable: true,
      description: 'What sets the time; null for an API.',
    }),
    roofline: t.field({
      type: RooflineType,
      nullable: true,
      description: 'What a device can do and what is reached of it; null for an API.',
      resolve: ({ roofline, deployment }) =>
        roofline && deployment.mode === 'local' ? { ...roofline, devices: deployment.engine.devices } : null,
    }),
    operations: t.field({
      type: [OperationType],
      description: 'One step of the phase, operator by operator; empty for an API.',
      args: { phase: t.arg({ type: Phase, required: true, description: 'Reading the prompt, or generating.' }) },
      resolve: ({ steps }, { phase }) => {
        if (steps === null) return [];
        const step = steps[phase];
        return step.operations.map((operation) => ({ operation, step }));
      },
    }),
    basis: t.field({
      type: BasisType,
      description: 'How much it can be trusted, and why.',
      resolve: (answer) => answer.basis(),
    }),
    assumptions: t.field({
      type: [AssumptionType],
      description:
        'What was taken for granted: every default, and every group of figures that rests on a source nobody can look up.',
      resolve: (answer) => [...answer.assumptions()],
    }),
    warnings: t.stringList({
      description: 'What to be careful about, in sentences.',
      resolve: ({ warnings }) => [...warnings],
    }),
    suggestions: t.field({
      type: [SuggestionType],
      ...worth(3),
      description: 'Changes after which it fits, each checked; empty when it fits already. Worth three estimates.',
      resolve: resolving((answer) => answer.suggestions()),
    }),
    catalogueRevision: t.exposeInt('catalogueRevision', {
      description: 'Revision of the catalogue it was calculated from, a count of changes.',
    }),
    calculatorVersion: t.string({
      description: 'Version of this calculator.',
      resolve: () => packageJson.version,
    }),
  }),
});

builder.objectField(SuggestionType, 'estimate', (t) =>
  t.field({
    type: EstimateType,
    ...worth(1),
    description: 'The answer to the changed question.',
    resolve: resolving((suggestion) => suggestion.estimate()),
  }),
);

function costOf(answer: Answer): AnsweredCost | null {
  const cost = answer.cost();
  return cost && { ...cost, factors: () => costFactors(answer) };
}

function memoryOf({ memory, deployment, intervals }: Answer): AnsweredMemory | null {
  if (memory === null || deployment.mode !== 'local') return null;
  const { model, weights, weightFileBytes } = deployment.engine;
  const exact = { low: memory.totalBytes, high: memory.totalBytes };
  const fileBytes = weightBytes(model.architecture, weights, weightFileBytes).total;
  return { figures: memory, fileBytes, totalInterval: () => intervals()?.totalMemoryBytes ?? exact };
}
