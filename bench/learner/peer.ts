/** The learners' peer in C (peer.c), compiled for this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(process.cwd(), 'bench', 'learner', 'peer.c');
const COMPILERS = ['gcc', 'clang', 'cc'];

export interface Peer {
  /** How it was compiled. */
  readonly name: string;
  /** @param slots those of all samples, one after the other. @returns samples/s of a second run over them */
  rate(learner: 'ftrl' | 'fm', slots: Uint32Array, samples: number, bits: number): number;
  close(): void;
}

/** Undefined where no C compiler is found. */
export function compilePeer(): Peer | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rekappa-peer-'));
  const binary = join(folder, 'learner-peer');
  // Without errno for square roots the compiler may take several at once, as we do.
  const options = ['-O3', '-march=native', '-fno-math-errno'];
  const compiler = COMPILERS.find(
    (name) => spawnSync(name, [...options, '-o', binary, SOURCE, '-lm']).status === 0,
  );
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  if (!compiler) {
    close();
    return undefined;
  }
  return {
    name: `C, ${compiler} ${options.join(' ')}`,
    rate(learner, slots, samples, bits) {
      const { status, stdout } = spawnSync(binary, [learner, String(samples), String(bits)], {
        input: new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength),
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`the peer in C ended with exit code ${status}`);
      return Number(stdout);
    },
    close,
  };
}
