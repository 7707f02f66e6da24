/** `npm run fuzz`: hostile input at every door of a system of its own; see test/fuzz/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'dist', 'test', 'fuzz', 'main.js'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
