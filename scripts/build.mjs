/**
 * `npm run build`: TypeScript to dist/, which mirrors the tree (dist/libs/kernel/index.js), without type checks:
 * those are `npm run check`. The client gets declarations, for it is used outside of this repository; the dashboard's files go as they are.
 * The new build takes the old one's place only when it is complete.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_STAMP, SOURCE_FOLDERS, root, run, tool } from './ensure-ready.mjs';

/** For browsers: nothing is compiled, so what is served is what stands here. */
const PAGE = 'apps/gateway/dashboard/page';
const started = new Date();
const fresh = join(root, `dist.new-${process.pid}`);
const old = join(root, `dist.old-${process.pid}`);
const dist = join(root, 'dist');
const folders = SOURCE_FOLDERS.filter((folder) => existsSync(join(root, folder)));
const ignored = [
  '**/*.spec.ts',
  '**/*.integration.ts',
  '**/*.e2e.ts',
  '**/*.md',
  'test/golden/**',
  '**/assembly/**',
  `${PAGE}/**`,
];

// However the build ends: a step that fails ends the process.
process.on('exit', () => {
  for (const path of [fresh, old]) rmSync(path, { recursive: true, force: true });
});
mkdirSync(fresh);
run(process.execPath, [
  tool('@swc/cli', 'bin/swc.js'),
  ...folders,
  '--out-dir',
  fresh,
  '--copy-files',
  '--quiet',
  '--ignore',
  ignored.join(','),
]);
declareClient();
cpSync(join(root, PAGE), join(fresh, PAGE), { recursive: true });
swap();

function declareClient() {
  run(process.execPath, [
    tool('typescript', 'bin/tsc'),
    join('libs', 'client', 'index.ts'),
    ...['--declaration', '--emitDeclarationOnly', '--noCheck', '--ignoreConfig'],
    ...['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--rootDir', '.', '--outDir', fresh],
  ]);
}

function swap() {
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  writeFileSync(BUILD_STAMP, '');
  utimesSync(BUILD_STAMP, started, started);
}
