import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Keeps compiled code between starts, types stripped. It serves what is imported after this: dynamically, because all
 * static imports are compiled before the first line runs. Where the folder cannot be written, each start compiles anew.
 */
export function keepCompiledCode(): void {
  enableCompileCache({ directory: join(import.meta.dirname, '../node_modules/.cache/compiled'), portable: true });
}
