/**
 * Reads a text file line by line, gunzipping it when its name ends in .gz, in bounded memory. Bytes that are no
 * UTF-8 are read as Latin-1, line by line: MovieLens 1M is Latin-1, its relatives are UTF-8.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** A longer line is cut here: no event of any format we read comes near. */
export const LINE_BYTES_MAX = 4 * 1024 * 1024;

export class LineReader {
  private read = 0;

  private constructor(
    readonly path: string,
    readonly bytesTotal: number,
  ) {}

  /** @throws ENOENT and friends, with the path in the message. */
  static async open(path: string): Promise<LineReader> {
    return new LineReader(path, (await stat(path)).size);
  }

  bytesRead(): number {
    return this.read;
  }

  async *lines(): AsyncIterable<string> {
    const file = createReadStream(this.path, { highWaterMark: 256 * 1024 });
    file.on('data', (chunk) => (this.read += chunk.length));
    const source = this.path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
    if (source !== file) file.on('error', (error) => source.destroy(error));
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (let at = buffer.indexOf(10, from); at >= 0; at = buffer.indexOf(10, from)) {
        yield decodeLine(buffer.subarray(from, at));
        from = at + 1;
      }
      rest = buffer.subarray(from);
      if (rest.length > LINE_BYTES_MAX)
        throw new Error(
          `${this.path} has a line of more than ${LINE_BYTES_MAX} bytes: is it one event a line?`,
        );
    }
    if (rest.length > 0) yield decodeLine(rest);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function decodeLine(bytes: Uint8Array): string {
  const end = bytes.length > 0 && bytes[bytes.length - 1] === 13 ? bytes.length - 1 : bytes.length;
  const line = bytes.subarray(0, end);
  try {
    return utf8.decode(line);
  } catch {
    return Buffer.from(line).toString('latin1');
  }
}
