/**
 * `node scripts/compile-kernels.mjs`: AssemblyScript to WebAssembly, as text in a TypeScript file, so that nothing has to be compiled
 * or read from disk before the learners run. `--check` only tells whether the file is what its source makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { root } from './ensure-ready.mjs';

const folder = join('libs', 'learning', 'kernels');
const source = join(folder, 'assembly', 'learners.ts');
const target = join(root, folder, 'compiled-learners.ts');
const LINE = 100;

let binary;
const { error, stderr } = await asc.main(
  [source, '-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--enable', 'simd', '-o', 'out.wasm'],
  {
    readFile: (name) => {
      try {
        return readFileSync(join(root, name), 'utf8');
      } catch {
        return null; // the compiler tries several names
      }
    },
    writeFile: (_, contents) => void (binary = contents),
  },
);
if (error) {
  process.stderr.write(`${stderr}\n${error.message}\n`);
  process.exit(1);
}

const lines = Buffer.from(binary)
  .toString('base64')
  .match(new RegExp(`.{1,${LINE}}`, 'g'))
  .map((line) => `  '${line}'`);
const text = `/** assembly/learners.ts as WebAssembly, in base64: made by scripts/compile-kernels.mjs. */
export const COMPILED_LEARNERS =
${lines.join(' +\n')};
`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write(`${target} is not what its source makes: run node scripts/compile-kernels.mjs\n`);
  process.exit(1);
}
