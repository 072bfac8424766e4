import { createApi } from '../server/api.ts';
import { openCalculator } from '../server/calculator.ts';
import { readSettings } from '../server/settings.ts';
import { type Ask, askInProcess } from './ask.ts';

/** Opens the calculator of this environment for as long as `use` asks it. */
export async function answeringInProcess(
  environment: NodeJS.ProcessEnv,
  use: (ask: Ask) => Promise<void>,
  key?: string,
): Promise<void> {
  const calculator = await openCalculator(readSettings(environment));
  try {
    await use(askInProcess(createApi(calculator), key));
  } finally {
    await calculator.close();
  }
}
