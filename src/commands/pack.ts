import { Command, CommanderError } from 'commander';
import { checkPack } from '../registry/packs/check.ts';
import { exportPack } from '../registry/packs/export.ts';
import { openStorage } from '../registry/storage/open.ts';
import { explainFailure } from '../server/failure.ts';
import { readSettings } from '../server/settings.ts';

/** Checks a pack before it is used, and writes the profiles of a database as one. */
const program = new Command('pack').description('Packs: folders and packages of profiles.').exitOverride();

program
  .command('check')
  .description('checks every file of a pack and says what is wrong where; ends with 1 when something is')
  .argument('<pack>', 'a folder, or an installed package')
  .action(async (entry: string) => {
    const { profiles, problems, replaced } = await checkPack(entry);
    for (const problem of problems) console.log(problem);
    for (const line of replaced) console.log(line);
    if (problems.length > 0) process.exitCode = 1;
    else console.log(`${entry}: ${profiles} profiles, nothing wrong`);
  });

program
  .command('export')
  .description('writes the profiles that users made or changed in the database of DATABASE_URL as a pack')
  .argument('<folder>', 'a new or empty folder')
  .action(async (folder: string) => {
    const storage = await openStorage(readSettings(process.env).databaseUrl);
    try {
      const { files, keptOut } = await exportPack(storage, folder);
      for (const file of files) console.log(file);
      const left = keptOut.length === 0 ? '' : `; retired, which a pack cannot say: ${keptOut.join(', ')}`;
      console.log(`${folder}: ${files.length} profiles${left}`);
    } finally {
      await storage.close();
    }
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const explanation = explainFailure(error);
    if (explanation === null) throw error;
    console.error(`error: ${explanation}`);
    process.exitCode = 1;
  }
}
