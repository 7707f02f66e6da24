/** A disk of a few megabytes in memory, to be filled: tmpfs, so root and the right to mount are needed. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = Buffer.alloc(64 * 1024);

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

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  free(): void {
    rmSync(this.ballast);
  }

  async unmount(): Promise<void> {
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
    await rm(this.folder, { recursive: true, force: true });
  }
}
