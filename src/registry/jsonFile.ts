import { PackError } from './errors.ts';
import { JsonTextError, parseJsonText } from './jsonText.ts';

/** The content of a JSON file of a pack. @throws PackError with the line where reading stopped */
export function parseJsonFile(path: string, text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (error instanceof JsonTextError) throw new PackError(path, error.line, [{ path: '', message: error.message }]);
    throw error;
  }
}
