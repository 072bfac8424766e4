import type { CoefficientUse } from '../answer.ts';
import { usesFlashAttention } from '../builds.ts';
import { type Coefficients, lookUpCoefficient, lookUpInChain, type RowChain } from '../coefficients.ts';
import type { Deployment } from '../shapes.ts';
import { attentionRows, buildRows, deviceRows, engineOf, promptAttentionRows } from './rows.ts';

/** Ways to look a coefficient up for one deployment, by what it depends on. Each ends at the row "all". */
export interface LookUps {
  engineName: string;
  backend: string;
  /** By these rows, in order. */
  rows(table: string, ...rows: string[]): number;
  /** By engine, then backend. */
  engine(table: string): number;
  /** By engine and year of the build. */
  build(table: string): number;
  /** By device, family, memory class. */
  device(table: string): number;
  /** By attention kernel, build and family. */
  attention(table: string): number;
  /** As `attention`, over a prompt. */
  promptAttention(table: string): number;
  /**
   * By family or vendor with the engine, then by build: units that unpack beside the fp32 ones (A100) do not show in
   * the fp32 rate, so a family may differ from its backend.
   */
  unpack(table: string): number;
}

export function lookUpsOf(deployment: Deployment, coefficients: Coefficients, uses: CoefficientUse[]): LookUps {
  const { engine, backend } = engineOf(deployment);
  const { family, vendor } = deployment.hardware;
  const device = deviceRows(deployment, engine);
  const build = buildRows(deployment);
  const kernel = usesFlashAttention(deployment) ? 'flash' : 'plain';
  const attention = attentionRows(deployment, kernel);
  const promptAttention = promptAttentionRows(deployment, kernel);
  const look = (table: string, rows: readonly string[]) => lookUpCoefficient(coefficients, table, rows, uses);
  const lookIn = (table: string, chain: RowChain) => lookUpInChain(coefficients, table, chain, uses);
  return {
    engineName: engine,
    backend,
    rows: (table, ...rows) => look(table, [...rows, 'all']),
    engine: (table) => look(table, [engine, backend, 'all']),
    build: (table) => lookIn(table, build),
    device: (table) => lookIn(table, device),
    attention: (table) => lookIn(table, attention),
    promptAttention: (table) => lookIn(table, promptAttention),
    unpack: (table) =>
      lookIn(table, {
        rows: [`${family}|${engine}`, `${vendor}|${engine}`, ...build.rows],
        steps: [0, 0, ...build.steps],
      }),
  };
}
