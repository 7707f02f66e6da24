/**
 * `npm run bench` runs all benchmarks at their usual sizes, one after the other; `npm run bench -- <name> [arguments]` runs one,
 * `--list` names them. Each is a file bench/<name>.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureReady, fail, root } from './ensure-ready.mjs';

const folder = join(root, 'bench');
const names = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

if (name === '--list' || name === '--help' || name === '-h') {
  process.stdout.write('npm run bench [-- <name> [arguments]]\n\n');
  for (const each of names) process.stdout.write(`  ${each.padEnd(16)} ${purpose(each)}\n`);
} else {
  if (name !== undefined && !name.startsWith('-') && !names.includes(name))
    fail(`there is no benchmark ${name}; there are: ${names.join(', ')}`);
  ensureReady();
  const all = name === undefined || name.startsWith('-');
  const failed = (all ? names : [name]).filter((each) => !ran(each, all ? process.argv.slice(2) : args));
  if (all && failed.length > 0) process.stderr.write(`failed: ${failed.join(', ')}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** Arguments that all share (`--json`) go to each. */
function ran(each, given) {
  const { status, signal } = spawnSync(
    process.execPath,
    ['--expose-gc', join(root, 'dist', 'bench', `${each}.js`), ...given],
    { cwd: root, stdio: 'inherit' },
  );
  if (signal === 'SIGINT') process.exit(130);
  return status === 0;
}

/** The first sentence of the file's opening comment. */
function purpose(benchmark) {
  const text = readFileSync(join(folder, `${benchmark}.ts`), 'utf8');
  return /\/\*\*\s*\*?\s*([^\n]*)/.exec(text)?.[1]?.replace(/\s*\*\/$/, '') ?? '';
}
