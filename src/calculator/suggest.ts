import type { Estimate } from '../engine/answer.ts';
import { readableCount, significant } from '../engine/readable.ts';
import type { Suggestion } from '../schema/estimate/suggestion.ts';
import { gibOf } from '../schema/units.ts';

/** A deployment that was tried instead, and what it needs. */
export interface Trial {
  estimate: Estimate;
  devices: number;
  hardwareName: string;
  weightsName: string;
}

/** What may be changed about a deployment that does not fit, and how to try it. */
export interface SuggestionSearch {
  estimate: Estimate;
  devices: number;
  batch: number;
  tokens: number;
  promptTokens: number;
  contextTokens: number;
  /** Ids of narrower weight formats, the widest first. */
  narrowerFormats: readonly string[];
  /** Ids of devices with more memory, the smallest first. */
  largerDevices: readonly string[];
  /** The same question with one change; null where that has no answer. */
  attempt(change: Change): Trial | null;
}

export interface Change {
  batch?: number;
  tokens?: number;
  devices?: number;
  weights?: string;
  hardware?: string;
}

/** Trials are cheap, but a catalogue is long: no list is followed further than this. */
const longestSearch = 24;

/** Powers of two divide the attention heads of nearly every model. */
const deviceCounts = [2, 4, 8, 16, 32, 64];

/** The smallest change of each sort after which the deployment fits; every one was estimated. Empty when it fits. */
export function suggest(search: SuggestionSearch): Suggestion[] {
  if (search.estimate.memory.fits) return [];
  const found = [
    smallerBatch(search),
    fewerTokens(search),
    narrowerWeights(search),
    moreDevices(search),
    largerDevice(search),
  ];
  return found.filter((suggestion) => suggestion !== null);
}

function smallerBatch({ estimate, batch, attempt }: SuggestionSearch): Suggestion | null {
  if (batch === 1) return null;
  // A huge batch leaves no room for itself: the largest one that fits is asked of a single sequence then.
  const largest = estimate.memory.maximumBatch || (attempt({ batch: 1 })?.estimate.memory.maximumBatch ?? 0);
  const most = Math.min(largest, batch - 1);
  if (most < 1) return null;
  const trial = attempt({ batch: most });
  if (!fits(trial)) return null;
  const sequences = most === 1 ? 'one sequence' : `${readableCount(most)} sequences`;
  return { argument: 'batch', value: String(most), text: `Run at most ${sequences} at once: ${room(trial)}.` };
}

function fewerTokens({ estimate, tokens, promptTokens, contextTokens, attempt }: SuggestionSearch): Suggestion | null {
  const most = Math.min(estimate.memory.maximumContextTokens - contextTokens - promptTokens, tokens - 1);
  if (most < 1) return null;
  const trial = attempt({ tokens: most });
  if (!fits(trial)) return null;
  return {
    argument: 'tokens',
    value: String(most),
    text: `Generate at most ${readableCount(most)} tokens per sequence: ${room(trial)}.`,
  };
}

function narrowerWeights({ narrowerFormats, attempt }: SuggestionSearch): Suggestion | null {
  for (const id of narrowerFormats.slice(0, longestSearch)) {
    const trial = attempt({ weights: id });
    if (!fits(trial)) continue;
    return { argument: 'options.weights', value: id, text: `Use weights in ${trial.weightsName}: ${room(trial)}.` };
  }
  return null;
}

function moreDevices({ devices, attempt }: SuggestionSearch): Suggestion | null {
  for (const count of deviceCounts.filter((count) => count > devices)) {
    const trial = attempt({ devices: count });
    if (!fits(trial)) continue;
    return {
      argument: 'options.devices',
      value: String(count),
      text: `Use ${count} × ${trial.hardwareName}: ${room(trial)}.`,
    };
  }
  return null;
}

function largerDevice({ largerDevices, attempt }: SuggestionSearch): Suggestion | null {
  for (const id of largerDevices.slice(0, longestSearch)) {
    const trial = attempt({ hardware: id });
    if (!fits(trial)) continue;
    const count = trial.devices === 1 ? 'one' : `${readableCount(trial.devices)} ×`;
    return { argument: 'hardware', value: id, text: `Use ${count} ${trial.hardwareName}: ${room(trial)}.` };
  }
  return null;
}

function fits(trial: Trial | null): trial is Trial {
  return trial?.estimate.memory.fits === true;
}

function room({ estimate: { memory }, devices }: Trial): string {
  const needed = significant(gibOf(memory.perDeviceBytes));
  const usable = significant(gibOf(memory.usablePerDeviceBytes));
  return `needs ${needed} of ${usable} GiB${devices > 1 ? ' on each' : ''}`;
}
