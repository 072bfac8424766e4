import type { MemoryEstimate } from '../engine/answer.ts';
import { readableCount, readableGib, readableSeconds, significant } from '../engine/readable.ts';
import type { Answer } from './answer.ts';

export type VerdictStatus = 'fits' | 'tight' | 'queues' | 'does-not-fit' | 'hosted';

/** Whether it runs, for a reader who reads one line. */
export interface Verdict {
  status: VerdictStatus;
  /** A few words. */
  headline: string;
  /** A sentence or two with the figures. */
  about: string;
}

/**
 * Less room than this is tight: a share of what the runtime can use, and never less than a fixed size. Other programs,
 * fragments of freed memory and the estimate's own error take about as much. Assumed.
 */
const TIGHT = { fraction: 0.05, leastBytes: 0.5 * 2 ** 30 };

/** Fits, but the next program that wants memory may take what is left. */
export function isTight({ fits, perDeviceBytes, usablePerDeviceBytes }: MemoryEstimate): boolean {
  const spare = usablePerDeviceBytes - perDeviceBytes;
  return fits && spare < Math.max(TIGHT.leastBytes, TIGHT.fraction * usablePerDeviceBytes);
}

export function verdictOf(answer: Answer): Verdict {
  const { deployment, memory, queue } = answer;
  if (deployment.mode === 'api' || memory === null) return hosted(answer);
  const { perDeviceBytes: needed, usablePerDeviceBytes: usable } = memory;
  const each = deployment.engine.devices > 1 ? ' on each device' : '';
  const figures = `It needs ${readableGib(needed)} of ${readableGib(usable)} GiB${each}`;
  if (!memory.fits) {
    const short = `${readableGib(needed - usable)} GiB short`;
    return { status: 'does-not-fit', headline: `Does not fit: ${short}`, about: `${figures}: ${short}${each}.` };
  }
  if (queue !== null) {
    const { atOnce, waiting } = queue;
    const run = `${readableCount(atOnce)} run at once, ${readableCount(waiting)} wait`;
    const first = readableSeconds(answer.latency.timeToFirstTokenSeconds);
    return {
      status: 'queues',
      headline: `Queues: ${run}`,
      about: `${figures} for those that run at once. Waiting is part of the ${first} to the first token.`,
    };
  }
  const spare = `${readableGib(usable - needed)} GiB to spare`;
  if (!isTight(memory)) {
    return { status: 'fits', headline: `Fits with ${spare}`, about: `${figures}, which leaves ${spare}${each}.` };
  }
  return {
    status: 'tight',
    headline: `Barely fits: ${spare}`,
    about: `${figures}: another program on the device, or a longer sequence, may be too much.`,
  };
}

function hosted({ deployment, model, throughput }: Answer): Verdict {
  const provider = deployment.mode === 'api' ? deployment.provider : 'its provider';
  const speed = `${significant(throughput.outputTokensPerSecondPerSequence)} tokens/s`;
  return {
    status: 'hosted',
    headline: `Runs at ${provider}`,
    about: `${model.name} runs behind the API of ${provider}, at about ${speed} to one reader; no hardware of your own is needed.`,
  };
}
