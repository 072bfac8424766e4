import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { LogFormat } from './observe/requestLog.ts';

/** What the environment decides; everything else is in the catalogue or in the question. */
export interface Settings {
  /** Address to listen on: 127.0.0.1 is this machine only, 0.0.0.0 every interface. */
  host: string;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Processes that answer on the port, a count. */
  workers: number;
  /** Path of the SQLite file. */
  databaseUrl: string;
  /** Folders of profile files loaded after the built-in ones, in this order. */
  profilePacks: readonly string[];
  /** Proxies before this server whose X-Forwarded-For is believed, a count. */
  trustedProxies: number;
  /** Points that one client may spend in a minute: a request or an estimate is one; null for no limit. */
  pointsPerMinute: number | null;
  /** Origins that pages may ask from; null for any. */
  allowedOrigins: readonly string[] | null;
  log: LogFormat;
  /** How long the server says it stops before it does, in milliseconds, so that proxies look elsewhere. */
  shutdownDelayMs: number;
}

/** The environment holds something that cannot be used; the message is for the person who set it. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const wholeNumber = (error: string, least: number, most: number) =>
  z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });

const numberOr = <Word extends string>(word: Word, error: string, most: number) =>
  z
    .union([z.literal(word), z.coerce.number()], { error })
    .refine((value) => value === word || isCount(value, most), { error });

const isCount = (value: unknown, most: number) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;

const environmentSchema = z.object({
  HOST: z.string().trim().min(1).default('127.0.0.1'),
  PORT: wholeNumber('must be a port number', 0, 65_535).default(4000),
  WORKERS: numberOr('auto', 'must be a count of processes up to 256, or auto', 256).default(1),
  DATABASE_URL: z.string().trim().min(1).default('data/calculator.db'),
  PROFILE_PACKS: z.string().default(''),
  TRUST_PROXY: wholeNumber('must be a count of proxies', 0, 100).default(0),
  RATE_LIMIT: numberOr('off', 'must be points a minute, or off', 1e9).default(120_000),
  ALLOWED_ORIGINS: z.string().default('*'),
  LOG: z.enum(['json', 'text', 'off'], { error: 'must be json, text or off' }).optional(),
  SHUTDOWN_DELAY: z.coerce.number({ error: 'must be seconds' }).min(0).max(3600).optional(),
});

/** A proxy that looks at `/ready` every second or two has noticed by then, in seconds. */
const supervisedShutdownDelay = 5;

/** Reads the environment; an empty variable counts as absent. In a terminal people read along, and nobody waits for proxies. */
export function readSettings(environment: NodeJS.ProcessEnv, inTerminal = process.stdout.isTTY === true): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return `${name}=${environment[name] ?? ''} ${lowerFirst(message)}`;
    });
    throw new SettingsError(problems.join('; '));
  }
  const { HOST, PORT, WORKERS, DATABASE_URL, PROFILE_PACKS, TRUST_PROXY, RATE_LIMIT, ALLOWED_ORIGINS, LOG } =
    parsed.data;
  const workers = WORKERS === 'auto' ? availableParallelism() : WORKERS;
  if (workers > 1 && DATABASE_URL === ':memory:') {
    throw new SettingsError(`WORKERS=${WORKERS} must share a file, which DATABASE_URL=:memory: is not`);
  }
  const shutdownDelay = parsed.data.SHUTDOWN_DELAY ?? (inTerminal ? 0 : supervisedShutdownDelay);
  const profilePacks = PROFILE_PACKS.split(',').map((pack) => pack.trim());
  return {
    host: HOST,
    port: PORT,
    workers,
    // file: URLs are how other tools write a SQLite path.
    databaseUrl: DATABASE_URL.replace(/^file:(\/\/)?/, ''),
    profilePacks: profilePacks.filter((pack) => pack !== ''),
    trustedProxies: TRUST_PROXY,
    pointsPerMinute: RATE_LIMIT === 'off' ? null : RATE_LIMIT,
    allowedOrigins: ALLOWED_ORIGINS === '*' ? null : ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()),
    log: LOG ?? (inTerminal ? 'text' : 'off'),
    shutdownDelayMs: 1000 * shutdownDelay,
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
