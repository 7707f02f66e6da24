/** Wall clocks of single processes that jump while they run, by libfaketime; their monotonic clocks stay right. */
import { existsSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (architecture) => `/usr/lib/${architecture}/faketime/libfaketimeMT.so.1`,
);

/** undefined where it is not installed. */
export function faketimeLibrary(): string | undefined {
  return LIBRARIES.find((path) => existsSync(path));
}

export class FakeTime {
  private readonly file: string;

  /** @param folder for the file that tells the process its time */
  constructor(
    folder: string,
    private readonly library: string,
  ) {
    this.file = join(mkdtempSync(join(folder, 'clock-')), 'timestamp');
    this.jump(0);
  }

  /** For the process that is to be told. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** @param seconds off the right time, from now on */
  jump(seconds: number): void {
    writeFileSync(`${this.file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${this.file}.new`, this.file); // a reader must not meet an empty file
  }
}

/** How far a server's clock is off ours, s, by the Date of its answer. */
export async function clockOffset(url: string): Promise<number> {
  const answer = await fetch(`${url}/health/live`);
  return (Date.parse(answer.headers.get('date')!) - Date.now()) / 1_000;
}
