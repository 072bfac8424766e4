import { Command, CommanderError, Option } from 'commander';
import { ApiKeyError, ApiKeys, keyScopes } from '../registry/apiKeys.ts';
import { openStorage } from '../registry/storage/open.ts';
import { explainFailure } from '../server/failure.ts';
import { readSettings } from '../server/settings.ts';

/** Makes, lists and revokes the keys for writing, in the database of DATABASE_URL; running servers follow at once. */
const program = new Command('key')
  .description('Keys for writing: who may change the catalogue of the database in DATABASE_URL.')
  .exitOverride();

program
  .command('create')
  .description('makes a key and prints it, this once')
  .argument('<name>', 'who writes with it, as the change log will say')
  .addOption(
    new Option('--scope <scope...>', 'what it may change: write = everything')
      .choices([...keyScopes])
      .default(['write']),
  )
  .option('--expires <when>', 'when it ends: 12h, 90d, or a time as ISO 8601 (default: never)')
  .action((name: string, { scope, expires = null }: { scope: string[]; expires?: string | null }) =>
    withKeys(async (keys) => console.log(await keys.create(name, scope, expires))),
  );

program
  .command('list')
  .description('lists the keys, the revoked and expired ones too; the keys themselves are not stored')
  .action(() =>
    withKeys(async (keys) => {
      for (const { name, scopes, createdAt, lastUsedAt, revokedAt, expiresAt } of await keys.list()) {
        const use = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`;
        const life =
          expiresAt === null ? [] : [`${Date.parse(expiresAt) > Date.now() ? 'expires' : 'expired'} ${expiresAt}`];
        const end = revokedAt === null ? [] : [`revoked ${revokedAt}`];
        console.log([name, scopes.join(' '), `created ${createdAt}`, use, ...life, ...end].join('\t'));
      }
    }),
  );

program
  .command('revoke')
  .description('ends a key for good; what it wrote stays')
  .argument('<name>', 'as `list` shows it')
  .action(async (name: string) => {
    await withKeys((keys) => keys.revoke(name));
    console.log(`${name} is revoked.`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const explanation = error instanceof ApiKeyError ? error.message : explainFailure(error);
    if (explanation === null) throw error;
    console.error(`error: ${explanation}`);
    process.exitCode = 1;
  }
}

async function withKeys(use: (keys: ApiKeys) => Promise<void>): Promise<void> {
  const storage = await openStorage(readSettings(process.env).databaseUrl);
  try {
    await use(new ApiKeys(storage.keys));
  } finally {
    await storage.close();
  }
}
