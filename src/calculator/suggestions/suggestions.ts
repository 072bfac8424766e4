import { readableCount, readableGib, readableSeconds } from '../../engine/readable.ts';
import type { WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { memoryOptionsGiB } from '../../registry/kinds/hardware/gpuShare.ts';
import type { Suggestion } from '../answer.ts';
import {
  CARDS_PER_HOST,
  coarseFormats,
  countsOf,
  isUsual,
  largerCounts,
  largerDevices,
  mayHold,
  narrowerFormats,
} from './candidates.ts';
import { type Change, type Search, type Trial, tried } from './trial.ts';

/** Estimates that one sort of suggestion may take: a catalogue is long, and all together count as a few in a request. */
const mostTrials = 6;

/**
 * Changes to a question after which its deployment fits with room to spare: the smallest of each sort, every one
 * estimated; two steps at once where one sort alone is not enough.
 */
export function suggestionsFor(asked: Omit<Search, 'left'>): readonly Suggestion[] {
  if (asked.estimate.memory.fits) return [];
  const search: Search = { ...asked, left: 0 };
  const found = (sorts: readonly ((search: Search) => Trial | null)[]) =>
    sorts.flatMap((suggest) => {
      search.left = mostTrials;
      return suggest(search) ?? [];
    });
  const weights = found([narrowerWeights]);
  const trials = [
    ...found([smallerBatch, fewerTokens, largerMemory]),
    ...(weights.length > 0 ? weights : found([narrowerWeightsOnMoreDevices, narrowerWeightsOnLargerDevice])),
    ...found([moreDevices, largerDevice]),
  ];
  const last = trials.length > 0 ? trials : found([moreLargerDevices, coarseWeights]);
  return last.map((trial) => suggestion(trial, search));
}

/** Shares of the most that fits exactly, to leave headroom. */
const shares = [1, 0.95, 0.9, 0.8, 0.6, 0.3];

function smallerBatch(search: Search): Trial | null {
  const { batch } = search.question;
  if (batch === 1) return null;
  // A huge batch leaves no room for itself: the largest one that fits is asked of a single sequence then.
  const largest = search.estimate.memory.maximumBatch || (single(search)?.estimate.memory.maximumBatch ?? 0);
  return largestShare(search, 'batch', Math.min(largest, batch - 1));
}

function single(search: Search): Trial | null {
  return tried(search, [{ field: 'batch', value: 1 }]);
}

function fewerTokens(search: Search): Trial | null {
  const { outputTokens, promptTokens, contextTokens } = search.question;
  const { maximumContextTokens } = search.estimate.memory;
  const most = maximumContextTokens - (contextTokens ?? 0) - promptTokens;
  return largestShare(search, 'outputTokens', Math.min(most, outputTokens - 1));
}

function largestShare(search: Search, field: 'batch' | 'outputTokens', most: number): Trial | null {
  const values = new Set(shares.map((share) => Math.floor(share * most)).filter((value) => value >= 1));
  return first([...values], (value) => tried(search, [{ field, value }]));
}

function largerMemory(search: Search): Trial | null {
  const { question, deployment } = search;
  if (question.memoryGiB == null) return null;
  const larger = memoryOptionsGiB(deployment.hardware.facts).filter((size) => size > (question.memoryGiB ?? 0));
  return first(larger, (value) => {
    const trial = tried(search, [{ field: 'memoryGiB', value }, ...(question.usableGiB == null ? [] : [noLimit])]);
    return sameWeights(trial, search);
  });
}

const noLimit: Change = { field: 'usableGiB', value: null };

function narrowerWeights(search: Search): Trial | null {
  return firstFormat(search, narrowerFormats(search));
}

function coarseWeights(search: Search): Trial | null {
  return firstFormat(search, coarseFormats(search));
}

function firstFormat(search: Search, formats: readonly WeightFormatProfile[]): Trial | null {
  const { hardware, engine } = search.deployment;
  const holding = formats.filter((format) => mayHold(search, format.engine, engine.devices, hardware));
  return first(holding.slice(0, 6), ({ id }) => tried(search, [{ field: 'weights', value: id }]));
}

/** The fewest devices on which a usual format fits, and there the widest one. */
function narrowerWeightsOnMoreDevices(search: Search): Trial | null {
  const { hardware } = search.deployment;
  const formats = narrowerFormats(search).filter(isUsual);
  return first(largerCounts(search), (devices) => {
    const holding = formats.filter((format) => mayHold(search, format.engine, devices, hardware)).slice(0, 3);
    return first(holding, ({ id }) =>
      tried(search, [
        { field: 'devices', value: devices },
        { field: 'weights', value: id },
      ]),
    );
  });
}

/** The smallest larger device that a usual format fits on, and there the widest one. */
function narrowerWeightsOnLargerDevice(search: Search): Trial | null {
  const { engine } = search.deployment;
  const formats = narrowerFormats(search).filter(isUsual);
  return first(largerDevices(search), (device) => {
    const holding = formats.filter((format) => mayHold(search, format.engine, engine.devices, device)).slice(0, 2);
    return first(holding, ({ id }) =>
      tried(search, [
        { field: 'hardware', value: device.id },
        { field: 'weights', value: id },
      ]),
    );
  });
}

/** Several of a larger device, where neither more of this one nor one of those is enough. */
function moreLargerDevices(search: Search): Trial | null {
  const { weights } = search.deployment;
  return first(largerDevices(search), (device) => {
    const count = countsOf(device).find(
      (some) => some <= CARDS_PER_HOST && mayHold(search, weights.engine, some, device),
    );
    if (count === undefined) return null;
    const changes: Change[] = [
      { field: 'hardware', value: device.id },
      { field: 'devices', value: count },
    ];
    return sameWeights(tried(search, changes), search);
  });
}

function moreDevices(search: Search): Trial | null {
  const { weights, hardware } = search.deployment;
  const counts = largerCounts(search).filter((count) => mayHold(search, weights.engine, count, hardware));
  return first(counts, (value) => sameWeights(tried(search, [{ field: 'devices', value }]), search));
}

/** With the runtime that was named where it runs there, else with the usual one. */
function largerDevice(search: Search): Trial | null {
  const { weights, engine } = search.deployment;
  const larger = largerDevices(search).filter((device) => mayHold(search, weights.engine, engine.devices, device));
  return first(larger.slice(0, 6), ({ id }) => {
    const change: Change = { field: 'hardware', value: id };
    const trial = tried(search, [change]);
    const isNamed = trial === null && search.question.runtime != null;
    return sameWeights(isNamed ? tried(search, [change, { field: 'runtime', value: null }]) : trial, search);
  });
}

/** More room is to hold these weights: others are another suggestion. */
function sameWeights(trial: Trial | null, { deployment }: Search): Trial | null {
  return trial?.deployment.weights.id === deployment.weights.id ? trial : null;
}

function first<Value>(values: readonly Value[], attempt: (value: Value) => Trial | null): Trial | null {
  for (const value of values) {
    const trial = attempt(value);
    if (trial !== null) return trial;
  }
  return null;
}

function suggestion(trial: Trial, search: Search): Suggestion {
  const { changes, question } = trial;
  return {
    text: `${advice(trial)}: ${room(trial)}.`,
    changes: changes.map(({ field, value }) => ({ field, value: value == null ? null : String(value) })),
    alsoChanges: alsoChanges(trial, search),
    estimate: () => search.answer(question),
  };
}

function advice({ changes, question, deployment }: Trial): string {
  const changed = new Set<string>(changes.map(({ field }) => field));
  const { hardware, weights, engine } = deployment;
  if (changed.has('batch')) {
    return `Run at most ${question.batch === 1 ? 'one sequence' : `${readableCount(question.batch)} sequences`} at once`;
  }
  if (changed.has('outputTokens'))
    return `Generate at most ${readableCount(question.outputTokens)} tokens per sequence`;
  if (changed.has('memoryGiB')) return `Use ${hardware.name} with ${readableGib(hardware.engine.memoryBytes)} GiB`;
  const devices = `${engine.devices === 1 ? 'one' : `${readableCount(engine.devices)} ×`} ${hardware.name}`;
  const hasDevices = changed.has('devices') || changed.has('hardware');
  if (!changed.has('weights')) return `Use ${devices}`;
  return hasDevices ? `Use ${devices} and weights in ${weights.name}` : `Use weights in ${weights.name}`;
}

function room({ estimate: { memory, admittedBatch }, deployment: { engine }, question: { batch } }: Trial): string {
  const each = engine.devices > 1 ? ' on each' : '';
  const running =
    admittedBatch < batch
      ? ` for the ${readableCount(admittedBatch)} of ${readableCount(batch)} sequences at once`
      : '';
  return `needs ${readableGib(memory.perDeviceBytes)} of ${readableGib(memory.usablePerDeviceBytes)} GiB${each}${running}`;
}

/** What becomes another with the change, and what it does to the speed. */
function alsoChanges(
  { deployment: to, estimate: after }: Trial,
  { deployment: from, estimate: before }: Search,
): string[] {
  const sentences: string[] = [];
  if (to.runtime.id !== from.runtime.id) {
    sentences.push(`${to.runtime.name} runs it instead of ${from.runtime.name}.`);
  }
  if (to.kvCache.id !== from.kvCache.id) sentences.push(`The KV cache is in ${to.kvCache.name}.`);
  const [token, was] = [after, before].map(({ latency }) => readableSeconds(latency.timePerOutputTokenSeconds));
  const [firstToken, firstWas] = [after, before].map(({ latency }) => readableSeconds(latency.timeToFirstTokenSeconds));
  if (token !== was) sentences.push(`A token takes ${token} where it would take ${was} if it fitted now.`);
  if (firstToken !== firstWas) sentences.push(`The first token comes after ${firstToken}, not ${firstWas}.`);
  return sentences;
}
