/** `npm run chaos`: promises under faults, at length; see test/chaos/harness/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'dist', 'test', 'chaos', 'harness', 'main.js'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
