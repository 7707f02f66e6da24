import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UsageError } from './exit.js';
import { writeLines } from './write-lines.js';

async function* lines(count: number, failure?: Error): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield `line ${i}\n`;
  if (failure) throw failure;
}
const text = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rekappa-lines-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('lines written into a file', () => {
  it('are all there, packed where the name says so, for nobody else to read', async () => {
    const [plain, packed] = [join(folder, 'log.ndjson'), join(folder, 'log.ndjson.gz')];
    await writeLines(lines(10_000), plain);
    await writeLines(lines(10_000), packed);
    expect(await readFile(plain, 'utf8')).toBe(text(10_000));
    expect(gunzipSync(await readFile(packed)).toString()).toBe(text(10_000));
    expect((await stat(plain)).mode & 0o777).toBe(0o600);
  });

  it.each(['log.ndjson', 'log.ndjson.gz'])('are whole in %s, whatever ends them', async (name) => {
    const path = join(folder, name);
    await expect(writeLines(lines(3, new Error('the log has gone')), path)).rejects.toThrow(
      'the log has gone',
    );
    const written = await readFile(path);
    expect((name.endsWith('.gz') ? gunzipSync(written) : written).toString()).toBe(text(3));
  });

  it('replace no other file', async () => {
    const path = join(folder, 'log.ndjson');
    await writeFile(path, 'precious');
    await expect(writeLines(lines(3), path)).rejects.toThrow(UsageError);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });
});
