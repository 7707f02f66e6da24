/**
 * Makes a clone ready to run, doing only what is needed: `npm ci` when node_modules does not hold what
 * package-lock.json asks for, a build when a source is newer than dist/.
 * Uses nothing but Node, since nothing may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const SOURCE_FOLDERS = ['apps', 'libs', 'migrations', 'bench', 'test'];
/** Written by the build when it has finished; its time is that of the build's start. */
export const BUILD_STAMP = join(root, 'dist', '.built');
/** `20.19`, of package.json's `>=20.19`. */
const NODE_MINIMUM = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace(
  '>=',
  '',
);

export function ensureReady({ build = true } = {}) {
  ensureNode();
  if (!isInstalled()) {
    say('installing packages (npm ci); the first time takes a minute or two');
    run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
  }
  if (build && !isBuilt()) {
    say('building');
    run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
  }
}

/** Runs a command in the repository's root; its output goes to stderr. Ends this process when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    ...options,
  });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** The script of a package's command, run with this Node rather than through a shell. */
export function tool(packageName, script) {
  return join(root, 'node_modules', packageName, script);
}

export function fail(message) {
  say(message);
  process.exit(1);
}

function say(message) {
  process.stderr.write(`rekappa: ${message}\n`);
}

function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_MINIMUM.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    fail(`Node ${NODE_MINIMUM} or newer is needed; this is ${process.versions.node}`);
  }
}

/** Compares contents, not times: a checkout changes times, and a hand-made node_modules has its own. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

function isBuilt() {
  if (!existsSync(BUILD_STAMP)) return false;
  const built = statSync(BUILD_STAMP).mtimeMs;
  const inputs = ['package-lock.json', '.swcrc', 'scripts/build.mjs', ...SOURCE_FOLDERS].map((name) =>
    join(root, name),
  );
  return inputs.every((path) => !existsSync(path) || newest(path) <= built);
}

/** Latest change below a path, ms. Folders count too: theirs changes when a file is removed. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}
