// Runs a file of the project under its pinned Node: node scripts/pinned.mjs FILE [ARGUMENT...]
//
// This is what `npm start` and `npm test` call first, on whatever Node the machine has, so it is plain JavaScript
// and imports nothing that an install brings. It installs when node_modules is missing or older than the lockfile.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const oldestNode = [22, 18];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const lockfile = join(root, 'package-lock.json');
const installedLockfile = join(root, 'node_modules/.package-lock.json');

const [file, ...fileArguments] = process.argv.slice(2);
if (file === undefined) fail('Usage: node scripts/pinned.mjs FILE [ARGUMENT...]');

if (!isInstalled()) install();
await run(resolve(root, file), fileArguments);

function isInstalled() {
  if (!existsSync(installedLockfile)) return false;
  if (!existsSync(pinnedNode) && !isRecentEnough(process.versions.node)) return false;
  if (statSync(installedLockfile).mtimeMs >= statSync(lockfile).mtimeMs) return true;
  if (!holdsEveryPackage()) return false;
  // A checkout has touched the lockfile without changing it: remember that this was looked at.
  const now = new Date();
  utimesSync(installedLockfile, now, now);
  return true;
}

function holdsEveryPackage() {
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedLockfile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    // Optional packages are for other platforms, or cannot be had here.
    if (installed[path] === undefined) return optional === true;
    return installed[path].version === version && installed[path].integrity === integrity;
  });
}

function install() {
  console.error('Installing packages (first start, or the lockfile has changed) ...');
  const npm = process.env.npm_execpath;
  const options = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // stdout belongs to the file that is run: `npm run -s calc -- ... --json` must print JSON only.
  const stdio = ['ignore', 2, 2];
  const isNpm = npm !== undefined && basename(npm) === 'npm-cli.js';
  const { status } = isNpm
    ? spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio })
    : spawnSync('npm', options, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (status !== 0) fail('The packages could not be installed: see the lines above (is the npm registry reachable?).');
}

async function run(path, pathArguments) {
  const pinned = existsSync(pinnedNode);
  if (!pinned && !isRecentEnough(process.versions.node)) {
    fail(
      `Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}, and the pinned one (npm ` +
        'package "node") could not be installed on this platform. Install a current Node and try again.',
    );
  }
  if (!pinned || realpathSync(pinnedNode) === realpathSync(process.execPath)) {
    process.argv = [process.execPath, path, ...pathArguments];
    await import(pathToFileURL(path).href);
    return;
  }
  const child = spawn(pinnedNode, [path, ...pathArguments], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${pinnedNode} cannot be run: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function isRecentEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
