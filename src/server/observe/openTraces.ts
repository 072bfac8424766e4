import { SettingsError } from '../settings.ts';
import type { Traces } from './traces.ts';

/**
 * Traces where the environment names a collector with the standard variables of OpenTelemetry; null without one, and then
 * nothing of its SDK is loaded.
 *
 * @throws SettingsError the address is no URL, or the sampler none that there is
 */
export async function openTraces(environment: NodeJS.ProcessEnv): Promise<Traces | null> {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  const name = names.find((each) => (environment[each] ?? '') !== '');
  if (name === undefined || environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const endpoint = environment[name] ?? '';
  // The SDK would send to localhost instead, and say nothing.
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint)) {
    throw new SettingsError(`${name}=${endpoint} must be the URL of a collector, http://127.0.0.1:4318 for one`);
  }
  const { startTraces } = await import('./traces.ts');
  return startTraces(environment, endpoint);
}
