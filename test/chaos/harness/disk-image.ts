/** An ext4 file system in a file, mounted by a loop device, whose state on the disk can be copied at any moment: a power cut. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEGABYTES = 128;

export class DiskImage {
  private readonly mounted: string[] = [];

  private constructor(private readonly work: string) {}

  /** @returns undefined where loop devices cannot be had */
  static async mount(): Promise<DiskImage | undefined> {
    const disk = new DiskImage(await mkdtemp(join(tmpdir(), 'rekappa-disk-image-')));
    try {
      const image = join(disk.work, 'disk.img');
      run('truncate', '-s', `${MEGABYTES}M`, image);
      run('mkfs.ext4', '-q', image);
      disk.attach(image, disk.folder);
      return disk;
    } catch {
      await disk.stop();
      return undefined;
    }
  }

  get folder(): string {
    return join(this.work, 'before');
  }

  /**
   * What a machine without power would find: the image as it is now, without what the kernel still holds back. Its journal is
   * replayed by the mount.
   * @returns the folder of the copy
   */
  async cutPower(): Promise<string> {
    const image = join(this.work, 'disk.img');
    const copy = join(this.work, 'after.img');
    await copyFile(image, copy);
    const folder = join(this.work, 'after');
    this.attach(copy, folder);
    return folder;
  }

  async stop(): Promise<void> {
    for (const folder of this.mounted) run('umount', '--lazy', folder);
    await rm(this.work, { recursive: true, force: true });
  }

  private attach(image: string, folder: string): void {
    mkdirSync(folder);
    // A write that the loop device has taken is in the image's page cache, where the copy sees it.
    run('mount', '-o', 'loop,data=ordered,commit=300', image, folder);
    this.mounted.push(folder);
  }
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
