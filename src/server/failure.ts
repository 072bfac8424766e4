import { RegistryError } from '../registry/errors.ts';
import { ListenError } from './listen.ts';
import { SettingsError } from './settings.ts';

/** One line for a failure that the person at the keyboard can mend; null for a bug, which deserves its stack. */
export function explainFailure(error: unknown): string | null {
  if (error instanceof RegistryError) return oneLine(`${error.message} ${error.hint}`);
  if (error instanceof SettingsError || error instanceof ListenError) return oneLine(error.message);
  return null;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
