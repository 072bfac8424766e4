import type { Estimate } from '../engine/answer.ts';
import { InvalidWorkloadError, MissingFigureError } from '../engine/errors.ts';
import { estimate } from '../engine/estimate.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Deployment, Hardware } from '../engine/shapes.ts';
import { UnsupportedError } from '../registry/errors.ts';
import type { Context } from '../schema/context.ts';
import type { Suggestion } from '../schema/estimate/suggestion.ts';
import type { ModelProfile } from '../schema/profiles/model/type.ts';
import { hourOffersOfHardware } from '../schema/profiles/offer/type.ts';
import type { WeightFormatProfile } from '../schema/profiles/weightFormat/type.ts';
import type { Question } from './calculate.ts';
import { deploymentRequest, hardwareAsked } from './deploymentRequest.ts';
import { resolveDeployment } from './resolve.ts';
import { type Change, suggest, type Trial } from './suggest.ts';

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
    if (unanswerable.some((known) => error instanceof known)) return null;
    throw error;
  }
}

const unanswerable = [InvalidWorkloadError, MissingFigureError, UnsupportedError];

/** What people reach for when a model is too big, widest first; other formats are tried after these. */
const usualFormats = [
  'fp8-e4m3-per-tensor',
  'int8-w8a8',
  'gguf-q8_0',
  'mlx-8bit-g64',
  'gguf-q6_k',
  'gguf-q5_k_m',
  'gguf-q4_k_m',
  'mlx-4bit-g64',
  'awq-int4-g128',
  'gptq-int4-g128-sym',
  'gguf-q3_k_m',
  'gguf-q2_k',
];

/** Narrower formats that the device calculates with as they are meant to be: the usual ones, then the rest. */
function narrowerFormats({ weights, hardware }: Deployment, { catalogue }: Context): string[] {
  const current = bitsOf(catalogue.weightFormat.get(weights.id));
  const place = ({ id }: WeightFormatProfile) => {
    const usual = usualFormats.indexOf(id);
    return usual === -1 ? usualFormats.length : usual;
  };
  return catalogue.weightFormat
    .all()
    .filter((format) => bitsOf(format) < current && arithmeticOn(hardware, format.engine)?.native === true)
    .toSorted((one, other) => place(one) - place(other) || bitsOf(other) - bitsOf(one))
    .map(({ id }) => id);
}

const bitsOf = ({ facts }: WeightFormatProfile): number => facts.weights?.bitsPerWeight ?? Number.POSITIVE_INFINITY;

/** What somebody with this device could move to: of the same sort, by the same vendor, rented out by somebody. */
function largerDevices({ hardware }: Deployment, { catalogue }: Context): string[] {
  const strange = ({ id, vendor }: Hardware) =>
    Number(vendor !== hardware.vendor) + Number(hourOffersOfHardware(catalogue, id).length === 0);
  return catalogue.hardware
    .all()
    .map(({ engine }) => engine)
    .filter(({ kind, memoryBytes }) => kind === hardware.kind && memoryBytes > hardware.memoryBytes)
    .toSorted((one, other) => strange(one) - strange(other) || one.memoryBytes - other.memoryBytes)
    .map(({ id }) => id);
}
