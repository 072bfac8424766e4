import type {
  Assumption,
  Bottleneck,
  EngineStep,
  MemoryEstimate,
  Phase,
  Saturation,
  ThroughputEstimate,
} from '../../engine/answer.ts';
import type { CostEstimate } from '../../engine/cost.ts';
import type { EnergyEstimate } from '../../engine/energy.ts';
import type { Parallelism, Scheduling, Workload } from '../../engine/profile.ts';
import type { Catalogue } from '../../registry/catalogue.ts';
import type { Context } from '../context.ts';
import type { HardwareProfile } from '../hardware/hardware.ts';
import type { ModelProfile } from '../model/model.ts';
import type { ScenarioProfile } from '../scenario.ts';
import { answerHosted } from './answerHosted.ts';
import { answerLocal } from './answerLocal.ts';
import type { Basis } from './basis.ts';
import type { AnsweredDeployment } from './deployment.ts';
import type { LatencyAnswer } from './latency.ts';
import type { Suggestion } from './suggestion.ts';

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
