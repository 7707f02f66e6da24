/** A disk of a few megabytes in memory, to be filled: tmpfs, so root and the right to mount are needed. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '#kernel';

const PIECE = Buffer.alloc(64 * 1024);
const REFILL_MS = 20;

export class SmallDisk {
  private constructor(
    readonly folder: string,
    private readonly ballast: string,
  ) {}

  /** @returns undefined where mounting is not allowed */
  static async mount(megabytes: number): Promise<SmallDisk | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'rekappa-small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'rekappa-test', folder], {
        stdio: 'pipe',
      });
      return new SmallDisk(folder, join(folder, 'ballast'));
    } catch {
      await rm(folder, { recursive: true });
      return undefined;
    }
  }

  /** @returns an empty folder on it */
  folderOf(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /** Until not a block is left. @returns bytes that were free */
  fill(): number {
    let filled = 0;
    for (let piece = PIECE; piece.byteLength > 0;)
      try {
        appendFileSync(this.ballast, piece);
        filled += piece.byteLength;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        piece = piece.subarray(0, piece.byteLength >> 1);
      }
    return filled;
  }

  /** Fills again what is given back meanwhile: a server that starts anew removes temporary files. @returns bytes given back */
  async keepFull(ms: number): Promise<number> {
    const until = performance.now() + ms;
    let givenBack = 0;
    while (performance.now() < until) {
      await sleep(REFILL_MS);
      givenBack += this.fill();
    }
    return givenBack;
  }

  free(): void {
    rmSync(this.ballast);
  }

  async unmount(): Promise<void> {
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
    await rm(this.folder, { recursive: true, force: true });
  }
}
