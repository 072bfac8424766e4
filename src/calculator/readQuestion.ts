import type { Assumption } from '../engine/answer.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type {
  HardwareProfile,
  ModelProfile,
  RuntimeProfile,
  WeightFormatProfile,
} from '../registry/catalogue/profiles.ts';
import { preferenceFor } from '../registry/kinds/runtime.ts';
import { type Reading, resolveName } from '../registry/names/resolve.ts';
import { InvalidQuestionError } from './errors.ts';
import { defaultCacheWord, runsSomewhere, usualCacheNamed, usualWeights, type Where } from './formatWords.ts';
import type { Question } from './question.ts';

/** A question whose names are ids, and what was made of names that are neither id, alias nor name. */
export interface ReadQuestion {
  question: Question;
  model: ModelProfile;
  readings: readonly Assumption[];
}

/**
 * Reads the names of a question: what is called something else gets its id; a count, a memory or a format that a name says is taken
 * where the question leaves it open. Each such reading is an assumption of the answer.
 *
 * @throws UnknownProfileError AmbiguousNameError
 * @throws InvalidQuestionError a name says one count or memory and the question another
 */
export function readQuestion(asked: Question, catalogue: Catalogue): ReadQuestion {
  const readings: Assumption[] = [];
  const model = resolveName(catalogue, 'model', asked.model, 'model');
  const mode = asked.mode ?? (model.profile.engine.architecture === null ? 'api' : 'local');
  const question: Question = { ...asked, model: model.profile.id };
  const isApi = mode === 'api';
  note(readings, asked.model, model, isApi || asked.weights != null ? null : model.format);
  // With a price of one's own the offer is refused, whatever it is called.
  if (asked.offer != null && asked.usdPerHour == null) {
    const offer = resolveName(catalogue, 'offer', asked.offer, 'offer');
    question.offer = offer.profile.id;
    note(readings, asked.offer, offer);
  }
  // Behind an API what is said about hardware is ignored, whatever it is called.
  if (isApi) return { question, model: model.profile, readings };
  const hardware = asked.hardware == null ? null : resolveName(catalogue, 'hardware', asked.hardware, 'hardware');
  if (hardware !== null) {
    question.hardware = hardware.profile.id;
    question.machine = hardware.soldAs ?? null;
    question.devices = agreed('devices', asked, hardware.devices);
    question.memoryGiB = agreed('memoryGiB', asked, hardware.memoryGiB);
    note(readings, asked.hardware ?? '', hardware);
  }
  const runtime = asked.runtime == null ? null : resolveName(catalogue, 'runtime', asked.runtime, 'runtime');
  if (runtime !== null) {
    question.runtime = runtime.profile.id;
    note(readings, asked.runtime ?? '', runtime);
  }
  const where = { runtime: runtime?.profile ?? null, hardware: hardware?.profile.engine ?? null };
  question.weights = readWeights(asked.weights ?? model.format, catalogue, where, readings);
  question.kvCache = readCache(asked.kvCache, catalogue, where, readings);
  return { question, model: model.profile, readings };
}

/** What the name says, unless the question says so too; two different figures are a contradiction. */
function agreed(field: 'devices' | 'memoryGiB', asked: Question, named: number | null): number | null | undefined {
  const stated = asked[field];
  if (named === null || stated === named) return stated;
  if (stated == null) return named;
  const unit = field === 'devices' ? 'devices' : 'GiB';
  const reason = `contradicts hardware ${JSON.stringify(asked.hardware)}, which means ${named} ${unit}: leave one of them out`;
  throw new InvalidQuestionError(field, stated, reason, [String(named)]);
}

function note(
  readings: Assumption[],
  typed: string,
  {
    profile,
    literal,
    devices,
    memoryGiB,
    bySize,
  }: Reading<ModelProfile | HardwareProfile | RuntimeProfile | { name: string }>,
  format: string | null = null,
): void {
  if (literal) return;
  const count = devices === null ? '' : `${devices} × `;
  const memory = memoryGiB === null ? '' : ` with ${memoryGiB} GiB`;
  const weights = format === null ? '' : `, weights in ${format}`;
  const why = bySize ? ', the best known open model of that size' : '';
  readings.push({ code: 'NAME_READ', text: `"${typed}" is read as ${count}${profile.name}${memory}${weights}${why}.` });
}

/** By id, alias or name where something can run it there; else what the word usually means there. */
export function readWeights(
  typed: string | null | undefined,
  catalogue: Catalogue,
  where: Where,
  readings: Assumption[],
): string | null | undefined {
  if (typed == null) return typed;
  const { weightFormat, runtime } = catalogue;
  const literal = weightFormat.find(typed);
  if (literal?.id === typed) return typed;
  const runtimes = where.runtime === null ? runtime.all().filter(({ facts }) => !facts.demonstration) : [where.runtime];
  const usual = usualWeights(catalogue, typed, where);
  if (literal !== null && !givesWay(literal, usual, runtimes, where)) return literal.id;
  const fits = usual !== null && runsSomewhere(usual, runtimes, where.hardware);
  const meant = (fits ? usual : literal) ?? usual ?? resolveName(catalogue, 'weightFormat', typed, 'weights').profile;
  if (meant !== literal && meant.name !== typed) {
    const by = where.runtime === null ? '' : `, what ${where.runtime.name} runs`;
    readings.push({ code: 'WEIGHTS_READ', text: `"${typed}" is read as weights in ${meant.name}${by}.` });
  }
  return meant.id;
}

/**
 * Whether people there mean something else by a format's alias: nothing runs it, or what the word usually means is at least twice as
 * preferred ("int4" on a Mac is MLX 4-bit, though MLC LLM reads GPTQ).
 */
function givesWay(
  literal: WeightFormatProfile,
  usual: WeightFormatProfile | null,
  runtimes: readonly RuntimeProfile[],
  { hardware }: Where,
): boolean {
  if (!literal.engine.forWeights || hardware === null) return false;
  const likes = ({ engine: { efficiencyClass } }: WeightFormatProfile) =>
    Math.max(0, ...runtimes.map(({ facts }) => preferenceFor(facts, hardware, efficiencyClass) ?? 0));
  const liked = likes(literal);
  return liked === 0 || (usual !== null && likes(usual) >= 2 * liked);
}

function readCache(
  typed: string | null | undefined,
  catalogue: Catalogue,
  where: Where,
  readings: Assumption[],
): string | null | undefined {
  if (typed == null) return typed;
  const literal = catalogue.weightFormat.find(typed);
  const isCache = literal?.engine.cacheBitsPerElement != null;
  if (literal !== null && isCache && (literal.id === typed || !literal.engine.forWeights)) return literal.id;
  if (defaultCacheWord.test(typed.trim().toLowerCase())) return null;
  // "q8_0" is a format of weights too; of a cache it means the cache's.
  const usual = usualCacheNamed(catalogue, typed, where);
  const meant = usual ?? literal ?? resolveName(catalogue, 'weightFormat', typed, 'kvCache').profile;
  if (meant !== literal && meant.name !== typed) {
    readings.push({ code: 'CACHE_READ', text: `"${typed}" is read as ${meant.name}.` });
  }
  return meant.id;
}
