import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

/** What a container of the image would be started with. */
export interface Image {
  /** The folder that stands for the container's root. */
  root: string;
  from: string;
  workdir: string;
  environment: Readonly<Record<string, string>>;
  user: string;
  volumes: readonly string[];
  command: readonly string[];
  healthcheck: readonly string[];
  copied: readonly string[];
  /** A path of the container in the folder that stands for its root. */
  inImage(path: string): string;
}

/** Does what `docker build` would, in a folder: copies what is copied, and runs what is run. */
export function buildImage(repository: string, root: string): Image {
  const environment: Record<string, string> = {};
  const copied: string[] = [];
  const volumes: string[] = [];
  const steps = instructionsOf(readFileSync(join(repository, 'Dockerfile'), 'utf8'));
  const named = steps.filter(({ name }) => name === 'WORKDIR' || name === 'VOLUME').map(({ words }) => words);
  const inImage = (path: string) => join(root, path);
  /** Commands name folders of the container, which has a root of its own. */
  const rooted = (text: string) =>
    text.replaceAll(/(?<=^|[\s=])\/\w+/g, (path) => (named.includes(path) ? inImage(path) : path));
  const tools = join(dirname(root), `${basename(root)}-tools`);
  writeTools(tools);
  let [from, workdir, user] = ['', '/', 'root'];
  let command: string[] = [];
  let healthcheck: string[] = [];
  for (const { name, words } of steps) {
    switch (name) {
      case 'FROM':
        from = words;
        break;
      case 'WORKDIR':
        workdir = posix.resolve(workdir, words);
        mkdirSync(inImage(workdir), { recursive: true });
        break;
      case 'ENV':
        for (const assignment of words.split(/\s+/)) {
          const [variable = '', value = ''] = assignment.split('=');
          environment[variable] = value;
        }
        break;
      case 'COPY': {
        const paths = words.split(/\s+/);
        const target = posix.resolve(workdir, paths.pop() ?? '');
        for (const path of paths) {
          copied.push(path);
          const into = words.endsWith('/') ? join(inImage(target), basename(path)) : inImage(target);
          cpSync(join(repository, path), into, { recursive: true });
        }
        break;
      }
      case 'RUN':
        execFileSync('/bin/sh', ['-ec', rooted(words)], {
          cwd: inImage(workdir),
          env: { ...environment, PATH: `${tools}:/usr/bin:/bin` },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        break;
      case 'USER':
        user = words;
        break;
      case 'VOLUME':
        volumes.push(words);
        break;
      case 'HEALTHCHECK':
        healthcheck = JSON.parse(words.slice(words.indexOf('CMD') + 'CMD'.length));
        break;
      case 'CMD':
        // Another form would start a shell, which keeps signals to itself.
        command = JSON.parse(words);
        break;
      case 'EXPOSE':
        break;
      default:
        throw new Error(`${name} is not known here`);
    }
  }
  const mapped = Object.fromEntries(Object.entries(environment).map(([variable, value]) => [variable, rooted(value)]));
  return { root, from, workdir, environment: mapped, user, volumes, command, healthcheck, copied, inImage };
}

function instructionsOf(text: string): { name: string; words: string }[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', words = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, words };
    });
}

/** Programs for RUN lines: npm without a network, and chown, which only root may. */
function writeTools(folder: string): void {
  mkdirSync(folder);
  const npm = join(import.meta.dirname, 'npmCi.ts');
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\nexec "${process.execPath}" "${npm}" "$@"\n`);
  writeFileSync(join(folder, 'chown'), `#!/bin/sh\nshift\nls -d "$@"\n`);
  for (const tool of ['npm', 'chown']) chmodSync(join(folder, tool), 0o755);
}
