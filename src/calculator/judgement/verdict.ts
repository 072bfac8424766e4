import { readableCount, readableGib, readableSeconds, significant } from '../../engine/readable.ts';
import { type Answer, isTimed } from '../answer.ts';
import { hasHeadroom } from './headroom.ts';

export type VerdictStatus = 'fits' | 'tight' | 'queues' | 'does-not-fit' | 'hosted';

/** Whether it runs, for a reader who reads one line. */
export interface Verdict {
  status: VerdictStatus;
  /** A few words. */
  headline: string;
  /** A sentence or two with the figures. */
  about: string;
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
    const run = `${readableCount(atOnce)} ${atOnce === 1 ? 'runs' : 'run'} at once, ${readableCount(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`;
    return {
      status: 'queues',
      headline: `Queues: ${run}`,
      about: `${figures} for those that run at once. ${waitOf(answer)}`,
    };
  }
  const spare = `${readableGib(usable - needed)} GiB to spare`;
  if (hasHeadroom(memory)) {
    return { status: 'fits', headline: `Fits with ${spare}`, about: `${figures}, which leaves ${spare}${each}.` };
  }
  return {
    status: 'tight',
    headline: `Barely fits: ${spare}`,
    about: `${figures}: another program on the device, or a longer sequence, may be too much.`,
  };
}

function waitOf(answer: Answer): string {
  if (!isTimed(answer)) return 'The others wait their turn.';
  return `Waiting is part of the ${readableSeconds(answer.latency.timeToFirstTokenSeconds)} to the first token.`;
}

function hosted(answer: Answer): Verdict {
  const { deployment, model } = answer;
  const provider = (deployment.mode === 'api' ? deployment.provider : null) ?? 'a provider';
  const speed = isTimed(answer)
    ? `, at about ${significant(answer.throughput.outputTokensPerSecondPerSequence)} tokens/s to one reader`
    : ', and nobody is known to have measured how fast';
  return {
    status: 'hosted',
    headline: `Runs at ${provider}`,
    about: `${model.name} runs behind the API of ${provider}${speed}; no hardware of your own is needed.`,
  };
}
