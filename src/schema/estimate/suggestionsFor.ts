import { InvalidWorkloadError, MissingFigureError } from '../../engine/errors.ts';
import { estimate } from '../../engine/estimate.ts';
import type { Deployment, Estimate } from '../../engine/profile.ts';
import { resolveDeployment } from '../../registry/resolveDeployment.ts';
import type { Context } from '../context.ts';
import type { ModelProfile } from '../model/model.ts';
import type { WeightFormatProfile } from '../weightFormat.ts';
import type { Question } from './answer.ts';
import { deploymentRequest, hardwareAsked } from './deploymentRequest.ts';
import { type Change, suggest, type Trial } from './suggest.ts';
import type { Suggestion } from './suggestion.ts';

/** Changes to a question after which its deployment fits, looked for in the catalogue. */
export function suggestionsFor(
  question: Question,
  model: ModelProfile,
  deployment: Deployment,
  result: Estimate,
  context: Context,
): readonly Suggestion[] {
  const { tokens, batch, promptTokens, contextTokens } = question;
  return suggest({
    estimate: result,
    devices: deployment.devices,
    ...{ tokens, batch, promptTokens, contextTokens: contextTokens ?? 0 },
    narrowerFormats: narrowerFormats(deployment, context),
    largerDevices: largerDevices(deployment, context),
    attempt: (change) => attempt({ ...question, ...withoutStaleChoices(question, change), ...change }, model, context),
  });
}

/** A parallelism or runtime chosen for the old devices or format need not suit the new ones. */
function withoutStaleChoices({ runtime }: Question, { devices, hardware }: Change): Partial<Question> {
  return {
    parallelism: null,
    ...(devices === undefined && hardware === undefined ? {} : { runtimeYear: null }),
    runtime: hardware === undefined ? runtime : null,
  };
}

function attempt(question: Question, model: ModelProfile, { catalogue, coefficients }: Context): Trial | null {
  try {
    const device = catalogue.hardware.get(hardwareAsked(question));
    const { deployment, workload } = resolveDeployment(catalogue, deploymentRequest(question, model, device));
    const { devices, hardware, weights } = deployment;
    const trial = estimate(deployment, workload, coefficients);
    return { estimate: trial, devices, hardwareName: hardware.name, weightsName: weights.name };
  } catch (error) {
    // A change that cannot be answered is no suggestion; anything else is a bug and goes on.
    if (error instanceof InvalidWorkloadError || error instanceof MissingFigureError) return null;
    throw error;
  }
}

function narrowerFormats({ weights }: Deployment, { catalogue }: Context): string[] {
  const current = bitsOf(catalogue.weightFormat.get(weights.id));
  return catalogue.weightFormat
    .all()
    .filter((format) => bitsOf(format) < current)
    .toSorted((one, other) => bitsOf(other) - bitsOf(one))
    .map(({ id }) => id);
}

const bitsOf = ({ facts }: WeightFormatProfile): number => facts.weights?.bitsPerWeight ?? Number.POSITIVE_INFINITY;

/** Of the same kind, and of the same vendor first: what somebody with this device could move to. */
function largerDevices({ hardware }: Deployment, { catalogue }: Context): string[] {
  const other = (vendor: string) => Number(vendor !== hardware.vendor);
  return catalogue.hardware
    .all()
    .map(({ engine }) => engine)
    .filter(({ kind, memoryBytes }) => kind === hardware.kind && memoryBytes > hardware.memoryBytes)
    .toSorted((one, two) => other(one.vendor) - other(two.vendor) || one.memoryBytes - two.memoryBytes)
    .map(({ id }) => id);
}
