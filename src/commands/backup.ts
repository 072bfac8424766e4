import { backupDatabase } from '../registry/storage/backup.ts';
import { explainFailure } from '../server/failure.ts';
import { readSettings } from '../server/settings.ts';

/** `npm run backup -- FILE`: an online copy of the database in DATABASE_URL. */
const [destination, ...others] = process.argv.slice(2);
if (destination === undefined || destination.startsWith('-') || others.length > 0) {
  console.error('usage: npm run backup -- FILE   (copies the database in DATABASE_URL to FILE, while servers run)');
  process.exitCode = 2;
} else {
  try {
    const { catalogueRevision, profiles } = await backupDatabase(readSettings(process.env).databaseUrl, destination);
    console.log(`Copied ${profiles} profiles, catalogue revision ${catalogueRevision}, to ${destination}`);
  } catch (error) {
    const explanation = explainFailure(error);
    if (explanation === null) throw error;
    console.error(`error: ${explanation}`);
    process.exitCode = 1;
  }
}
