import { kebabCase } from '../name.ts';
import { sql, sqliteView } from './drizzle.ts';

/**
 * One view a kind, for people with a SQLite shell:
 * `SELECT name, memory_gib FROM hardware WHERE memory_gib >= 80`. The program does not use them; drizzle-kit reads
 * them to write `migrations/`. A column is named after the figure it shows, or as said before it.
 */
export const model = factsView(
  'model',
  `
    developer family released license openWeights contextTokens parameters=parameters.total
    active_parameters=parameters.active nativeFormat huggingFaceId
  `,
);

export const hardware = factsView(
  'hardware',
  `
    vendor device_kind=kind family architecture formFactor released memory.memoryGiB memory.memoryKind
    memory.memoryGigabytesPerSecond compute.denseBf16Teraflops compute.denseFp16Teraflops compute.denseFp8Teraflops
    link=link.name link_gigabytes_per_second_per_direction=link.gigabytesPerSecondPerDirection power.tdpWatts
  `,
);

export const weightFormat = factsView('weight_format', 'weights.bitsPerWeight efficiencyClass');

export const runtime = factsView('runtime', 'estimator license homepage defaultYear');

export const offer = factsView(
  'offer',
  `
    basis provider hardware devices instance pricing region usdPerHour usd model usdPerMillionInputTokens
    usdPerMillionOutputTokens effectiveFrom effectiveTo
  `,
);

export const hostedLatency = factsView(
  'hosted_latency',
  `
    model provider measured percentile timeToFirstTokenSeconds outputTokensPerSecond
  `,
);

export const scenario = factsView('scenario', 'model deployment hardware devices promptTokens outputTokens batch');

export const measurement = factsView(
  'measurement',
  `
    measurement_set=set date model hardware devices runtime weights concurrency promptTokens outputTokens
    metrics.timeToFirstTokenMs metrics.timePerOutputTokenMs metrics.outputTokensPerSecond
  `,
);

/** What every profile has, then figures of its facts by their path. */
function factsView(name: string, columns: string) {
  const figures = Array.from(columns.matchAll(/\S+/g), ([column]) => {
    const [path = '', named = snakeCase(path)] = column.split('=').reverse();
    return `facts ->> '$.${path}' AS ${named}`;
  });
  const shared = ['id', 'name', ...figures, 'revision', 'origin', 'retired_at', 'replaced_by', 'updated_at', 'facts'];
  const kind = name.replaceAll('_', '-');
  return sqliteView(name, {}).as(sql.raw(`SELECT ${shared.join(', ')} FROM profile WHERE kind = '${kind}'`));
}

/** `memory_gib` of `memory.memoryGiB`. */
function snakeCase(path: string): string {
  return kebabCase(path.replace(/.*\./, '').replace('GiB', 'Gib')).replaceAll('-', '_');
}
