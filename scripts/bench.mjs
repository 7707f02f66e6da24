/** `npm run bench`: lists the benchmarks; `npm run bench -- <name> [arguments]` runs one. Each is a file bench/<name>.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureReady, fail, root } from './ensure-ready.mjs';

const folder = join(root, 'bench');
const names = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || name.startsWith('-')) {
  process.stdout.write('npm run bench -- <name>\n\n');
  for (const each of names) process.stdout.write(`  ${each.padEnd(16)} ${purpose(each)}\n`);
} else {
  if (!names.includes(name)) fail(`there is no benchmark ${name}; there are: ${names.join(', ')}`);
  ensureReady();
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', join(root, 'dist', 'bench', `${name}.js`), ...args],
    { cwd: root, stdio: 'inherit' },
  );
  process.exit(status ?? 1);
}

/** The first sentence of the file's opening comment. */
function purpose(benchmark) {
  const text = readFileSync(join(folder, `${benchmark}.ts`), 'utf8');
  return /\/\*\*\s*\*?\s*([^\n]*)/.exec(text)?.[1]?.replace(/\s*\*\/$/, '') ?? '';
}
