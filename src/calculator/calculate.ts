import type {
  Assumption,
  Bottleneck,
  EngineStep,
  MemoryEstimate,
  Phase,
  Saturation,
  ThroughputEstimate,
} from '../engine/answer.ts';
import type { CostEstimate } from '../engine/money/cost.ts';
import type { EnergyEstimate } from '../engine/money/energy.ts';
import type { Parallelism, Scheduling, Workload } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { Context } from '../schema/context.ts';
import type { Basis } from '../schema/estimate/basis.ts';
import type { AnsweredDeployment } from '../schema/estimate/deployment.ts';
import type { LatencyAnswer } from '../schema/estimate/latency.ts';
import type { Suggestion } from '../schema/estimate/suggestion.ts';
import type { HardwareProfile } from '../schema/profiles/hardware/type.ts';
import type { ModelProfile } from '../schema/profiles/model/type.ts';
import type { ScenarioProfile } from '../schema/profiles/scenario/type.ts';
import { answerHosted } from './hosted.ts';
import { answerLocal } from './onHardware.ts';

/** A question as it was asked; what was left out is absent or null. */
export interface Question {
  model: string;
  hardware?: string | null | undefined;
  tokens: number;
  batch: number;
  promptTokens: number;
  mode?: 'local' | 'api' | null | undefined;
  runtime?: string | null | undefined;
  runtimeYear?: number | null | undefined;
  weights?: string | null | undefined;
  kvCache?: string | null | undefined;
  devices?: number | null | undefined;
  parallelism?: { readonly [Axis in keyof Parallelism]?: number | null | undefined } | null | undefined;
  contextTokens?: number | null | undefined;
  scheduling?: Scheduling | null | undefined;
  offer?: string | null | undefined;
  usdPerHour?: number | null | undefined;
}

/** What an `Estimate` is resolved from. Parts that cost time beyond the estimate itself are functions. */
export interface Answer {
  catalogue: Catalogue;
  model: ModelProfile;
  hardware: HardwareProfile | null;
  deployment: AnsweredDeployment;
  workload: Workload;
  latency: LatencyAnswer;
  throughput: ThroughputEstimate;
  memory: MemoryEstimate | null;
  saturation: Saturation | null;
  bottleneck: Bottleneck | null;
  steps: Readonly<Record<Phase, EngineStep>> | null;
  warnings: readonly string[];
  assumptions(): readonly Assumption[];
  cost(): CostEstimate | null;
  energy(): EnergyEstimate | null;
  basis(): Basis;
  suggestions(): readonly Suggestion[];
}

/** Answers one question from the catalogue of the request. */
export function answer(question: Question, context: Context): Answer {
  const model = context.catalogue.model.get(question.model, 'model');
  const mode = question.mode ?? (model.engine.architecture === null ? 'api' : 'local');
  return mode === 'api' ? answerHosted(question, model, context) : answerLocal(question, model, context);
}

/** The question a scenario stands for. */
export function answerScenario({ facts }: ScenarioProfile, context: Context): Answer {
  const { model, hardware, deployment, outputTokens, batch, promptTokens } = facts;
  const { devices, runtime, weights, contextTokens, scheduling } = facts;
  return answer(
    {
      ...{ model, hardware, mode: deployment, tokens: outputTokens, batch, promptTokens },
      ...{ devices, runtime, weights, contextTokens, scheduling },
    },
    context,
  );
}
