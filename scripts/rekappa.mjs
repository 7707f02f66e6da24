#!/usr/bin/env node
/** `npm run rekappa -- <command>`: the command line, in this same process, so that signals and exit codes are its own. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureReady, root } from './ensure-ready.mjs';

/** With the settings of `.env` in the working folder, where there is one; what the environment sets already wins. */
export async function rekappa(args) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const main = join(root, 'dist', 'apps', 'cli', 'main.js');
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  ensureReady();
  await rekappa(process.argv.slice(2));
}
