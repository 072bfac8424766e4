/**
 * Stands for npm in a Dockerfile's RUN line, so that no network is needed: `ci` puts into node_modules what the lockfile of the
 * present folder asks for and the options leave, from the packages that the tests themselves run on.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Locked {
  version: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
}

const installed = join(import.meta.dirname, '../../node_modules');
const [command, ...options] = process.argv.slice(2);
const known = ['--omit=dev', '--omit=optional', '--ignore-scripts'];
if (command === 'ci') {
  const unknown = options.find((option) => !known.includes(option));
  if (unknown !== undefined) throw new Error(`${unknown} is not known here`);
  install();
} else if (command !== 'cache') throw new Error(`npm ${command} is not known here`);

function install(): void {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { dependencies }: { dependencies: object } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const name of Object.keys(dependencies)) {
    if (packages[`node_modules/${name}`] === undefined) throw new Error(`${name} is not in the lockfile`);
  }
  for (const [path, { dev, devOptional, optional }] of Object.entries(packages)) {
    if (path === '') continue;
    if (options.includes('--omit=dev') && dev === true) continue;
    if (options.includes('--omit=optional') && optional === true) continue;
    if (options.includes('--omit=dev') && options.includes('--omit=optional') && devOptional === true) continue;
    const from = join(dirname(installed), path);
    if (existsSync(from)) linkFolder(from, path);
    else if (optional !== true) throw new Error(`${path} is not installed here`);
  }
}

/** The same files under other names: a copy would take seconds. Packages inside packages have lines of their own. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && entry.name !== 'node_modules') linkFolder(source, target);
    else if (entry.isFile()) linkFile(source, target);
  }
}

function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    // Temporary folders may be on another disk.
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copyFileSync(from, to);
  }
}
