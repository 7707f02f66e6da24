/**
 * `npm run check [-- --fix]`: format, boundaries, types, compiled kernels and unit tests, in under a minute. Each step is named with its time;
 * all of them run, whatever fails. `--fix` formats instead of complaining.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureReady, root, tool } from './ensure-ready.mjs';

ensureReady({ build: false });
const fix = process.argv.includes('--fix');
const folders = ['apps', 'libs', 'migrations', 'test', 'bench', 'scripts'].filter((folder) =>
  existsSync(join(root, folder)),
);
const cache = join('node_modules', '.cache');

const steps = [
  [
    'format',
    'prettier',
    'bin/prettier.cjs',
    fix ? '--write' : '--check',
    '--log-level=warn',
    '--cache',
    `--cache-location=${join(cache, 'prettier', '.prettier-cache')}`,
    ...folders.map((folder) => `${folder}/**/*.{ts,mjs,js,css,html,json}`),
  ],
  [
    'boundaries',
    'dependency-cruiser',
    'bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    ...folders.filter((folder) => folder !== 'scripts'),
  ],
  [
    'types',
    'typescript',
    'bin/tsc',
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    join(cache, 'tsconfig.tsbuildinfo'),
  ],
  // Not a package, but a script of ours.
  ['kernels', '..', join('scripts', 'compile-kernels.mjs'), '--check'],
  [
    'unit tests',
    'jest',
    'bin/jest.js',
    '--selectProjects',
    'unit',
    '--silent',
    '--reporters=summary',
    '--maxWorkers=100%',
  ],
];

const failed = steps.filter((step) => !passes(step)).map(([name]) => name);
process.stdout.write(failed.length === 0 ? 'check: all good\n' : `check: ${failed.join(', ')} failed\n`);
process.exit(failed.length === 0 ? 0 : 1);

function passes([name, packageName, script, ...args]) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool(packageName, script), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
    },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seconds.padStart(5)} s\n`);
  if (status !== 0) process.stdout.write(`${stdout}${stderr}\n`);
  return status === 0;
}
