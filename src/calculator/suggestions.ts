import type { Estimate, MemoryEstimate } from '../engine/answer.ts';
import type { Coefficients } from '../engine/coefficients.ts';
import { InvalidWorkloadError, MissingFigureError } from '../engine/errors.ts';
import { estimate } from '../engine/estimate.ts';
import { readableCount, readableGib } from '../engine/readable.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Deployment, Hardware } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { ModelProfile, WeightFormatProfile } from '../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../registry/errors.ts';
import type { Suggestion } from './answer.ts';
import { hourOffersOfHardware } from './prices.ts';
import type { Question } from './question.ts';
import { resolveDeployment } from './resolve.ts';

/** Changes to a question after which its deployment fits: the smallest of each sort, every one estimated. */
export function suggestionsFor(
  question: Question,
  model: ModelProfile,
  deployment: Deployment,
  { memory }: Estimate,
  catalogue: Catalogue,
  coefficients: Coefficients,
): readonly Suggestion[] {
  if (memory.fits) return [];
  const search: Search = {
    ...{ question, deployment, memory, catalogue },
    attempt: (change) => {
      const changed = { ...question, ...withoutStaleChoices(question, change), ...change };
      return attempt(changed, model, catalogue, coefficients);
    },
  };
  const sorts = [smallerBatch, fewerTokens, narrowerWeights, moreDevices, largerDevice];
  return sorts.map((suggest) => suggest(search)).filter((suggestion) => suggestion !== null);
}

/** A parallelism or runtime chosen for the old devices or format need not suit the new ones. */
function withoutStaleChoices({ runtime }: Question, { devices, hardware }: Change): Partial<Question> {
  return {
    parallelism: null,
    ...(devices === undefined && hardware === undefined ? {} : { runtimeYear: null }),
    runtime: hardware === undefined ? runtime : null,
  };
}

function attempt(
  question: Question,
  model: ModelProfile,
  catalogue: Catalogue,
  coefficients: Coefficients,
): Trial | null {
  try {
    const { deployment, workload } = resolveDeployment(question, model, catalogue);
    const { hardware, weights, engine } = deployment;
    const trial = estimate(engine, workload, coefficients);
    return { estimate: trial, devices: engine.devices, hardwareName: hardware.name, weightsName: weights.name };
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
function narrowerFormats({ weights, hardware }: Deployment, catalogue: Catalogue): string[] {
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
function largerDevices({ hardware }: Deployment, catalogue: Catalogue): string[] {
  const strange = ({ id, vendor }: Hardware) =>
    Number(vendor !== hardware.vendor) + Number(hourOffersOfHardware(catalogue, id).length === 0);
  return catalogue.hardware
    .all()
    .map(({ engine }) => engine)
    .filter(({ kind, memoryBytes }) => kind === hardware.kind && memoryBytes > hardware.memoryBytes)
    .toSorted((one, other) => strange(one) - strange(other) || one.memoryBytes - other.memoryBytes)
    .map(({ id }) => id);
}

/** A deployment that was tried instead, and what it needs. */
interface Trial {
  estimate: Estimate;
  devices: number;
  hardwareName: string;
  weightsName: string;
}

/** What may be changed about a deployment that does not fit, and how to try it. */
interface Search {
  question: Question;
  deployment: Deployment;
  memory: MemoryEstimate;
  catalogue: Catalogue;
  /** The same question with one change; null where that has no answer. */
  attempt(change: Change): Trial | null;
}

type Change = { [Field in 'batch' | 'outputTokens' | 'devices' | 'weights' | 'hardware']?: Question[Field] };

/** Trials are cheap, but a catalogue is long: no list is followed further than this. */
const longestSearch = 24;

/** Powers of two divide the attention heads of nearly every model. */
const deviceCounts = [2, 4, 8, 16, 32, 64];

function smallerBatch({ question: { batch }, memory, attempt }: Search): Suggestion | null {
  if (batch === 1) return null;
  // A huge batch leaves no room for itself: the largest one that fits is asked of a single sequence then.
  const largest = memory.maximumBatch || (attempt({ batch: 1 })?.estimate.memory.maximumBatch ?? 0);
  const most = Math.min(largest, batch - 1);
  if (most < 1) return null;
  const sequences = most === 1 ? 'one sequence' : `${readableCount(most)} sequences`;
  return firstFitting('batch', [most], attempt, () => `Run at most ${sequences} at once`);
}

function fewerTokens({ question, memory, attempt }: Search): Suggestion | null {
  const { outputTokens, promptTokens, contextTokens } = question;
  const most = Math.min(memory.maximumContextTokens - (contextTokens ?? 0) - promptTokens, outputTokens - 1);
  if (most < 1) return null;
  return firstFitting(
    'outputTokens',
    [most],
    attempt,
    () => `Generate at most ${readableCount(most)} tokens per sequence`,
  );
}

function narrowerWeights({ deployment, catalogue, attempt }: Search): Suggestion | null {
  const formats = narrowerFormats(deployment, catalogue).slice(0, longestSearch);
  return firstFitting('weights', formats, attempt, ({ weightsName }) => `Use weights in ${weightsName}`);
}

function moreDevices({ deployment: { devices }, attempt }: Search): Suggestion | null {
  const more = deviceCounts.filter((count) => count > devices);
  return firstFitting('devices', more, attempt, (trial) => `Use ${trial.devices} × ${trial.hardwareName}`);
}

function largerDevice({ deployment, catalogue, attempt }: Search): Suggestion | null {
  const larger = largerDevices(deployment, catalogue).slice(0, longestSearch);
  return firstFitting('hardware', larger, attempt, ({ devices, hardwareName }) => {
    return `Use ${devices === 1 ? 'one' : `${readableCount(devices)} ×`} ${hardwareName}`;
  });
}

/** The first value of a field with which the deployment fits. */
function firstFitting<Field extends keyof Change>(
  field: Field,
  values: readonly Question[Field][],
  attempt: Search['attempt'],
  advice: (trial: Trial) => string,
): Suggestion | null {
  for (const value of values) {
    const trial = attempt({ [field]: value });
    if (trial === null || !trial.estimate.memory.fits) continue;
    return { field, value: String(value), text: `${advice(trial)}: ${room(trial)}.` };
  }
  return null;
}

function room({ estimate: { memory }, devices }: Trial): string {
  return `needs ${readableGib(memory.perDeviceBytes)} of ${readableGib(memory.usablePerDeviceBytes)} GiB${devices > 1 ? ' on each' : ''}`;
}
