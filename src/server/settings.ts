import { z } from 'zod';

/** What the environment decides; everything else is in the catalogue or in the question. */
export interface Settings {
  /** Address to listen on: 127.0.0.1 is this machine only, 0.0.0.0 every interface. */
  host: string;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Path of the SQLite file. */
  databaseUrl: string;
  /** Folders of profile files loaded after the built-in ones, in this order. */
  profilePacks: readonly string[];
}

/** The environment holds something that cannot be used; the message is for the person who set it. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const environmentSchema = z.object({
  HOST: z.string().trim().min(1).default('127.0.0.1'),
  PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535).default(4000),
  DATABASE_URL: z.string().trim().min(1).default('data/calculator.db'),
  PROFILE_PACKS: z.string().default(''),
});

/** Reads HOST, PORT, DATABASE_URL and PROFILE_PACKS; an empty variable counts as absent. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return `${name}=${environment[name] ?? ''} ${lowerFirst(message)}`;
    });
    throw new SettingsError(problems.join('; '));
  }
  const { HOST, PORT, DATABASE_URL, PROFILE_PACKS } = parsed.data;
  const profilePacks = PROFILE_PACKS.split(',').map((pack) => pack.trim());
  return {
    host: HOST,
    port: PORT,
    // file: URLs are how other tools write a SQLite path.
    databaseUrl: DATABASE_URL.replace(/^file:(\/\/)?/, ''),
    profilePacks: profilePacks.filter((pack) => pack !== ''),
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
