/**
 * Where a text can still be found: every file of the servers and apps but Postgres's own, every row of Postgres, every key of Redis.
 * It is looked for as it is, in hexadecimal (bytea), and in base64 at each of the three places where a group of bytes can begin.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import type { TestServers } from '#testkit';

export interface Traces {
  /** Occurrences by file of the log, table of Postgres, or `redis`. */
  readonly found: Readonly<Record<string, number>>;
  /** What was looked through, bytes: nothing found in nothing proves nothing. */
  readonly logBytes: number;
  readonly rows: number;
  readonly redisKeys: number;
}

export async function tracesOf(text: string, servers: TestServers): Promise<Traces> {
  const looks = looksOf(text);
  const found: Record<string, number> = {};
  const see = (where: string, content: string): void => {
    const times = looks.reduce((sum, look) => sum + content.split(look).length - 1, 0);
    if (times > 0) found[where] = (found[where] ?? 0) + times;
  };
  const logBytes = await seeFiles(servers.folder, see);
  const rows = await seeTables(servers.databaseUrl, see);
  const redisKeys = await seeRedis(servers.redisUrl, see);
  return { found, logBytes, rows, redisKeys };
}

function looksOf(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first and the last group mix with the neighbours' bytes.
    return encoded.slice(shift === 0 ? 0 : 4, Math.floor((shift + bytes.length) / 3) * 4);
  });
  return [text, bytes.toString('hex'), ...base64];
}

/** @returns bytes of JetStream's own files */
async function seeFiles(folder: string, see: (where: string, content: string) => void): Promise<number> {
  let logBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const where = path.slice(folder.length + 1);
    if (!entry.isFile() || where.startsWith('postgres')) continue;
    const content = await readFile(path, 'latin1').catch(() => ''); // a file that a server removed meanwhile
    if (where.includes('jetstream')) logBytes += content.length;
    const stream = /streams\/([^/]+)/.exec(where)?.[1];
    see(stream ?? where, content);
  }
  return logBytes;
}

async function seeTables(url: string, see: (where: string, content: string) => void): Promise<number> {
  const source = await new DataSource({ type: 'postgres', url }).initialize();
  let rows = 0;
  try {
    const tables: { name: string }[] = await source.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const texts: { row: string }[] = await source.query(`SELECT t::text AS row FROM "${name}" t`);
      rows += texts.length;
      for (const { row } of texts) see(name, row);
    }
  } finally {
    await source.destroy();
  }
  return rows;
}

async function seeRedis(url: string, see: (where: string, content: string) => void): Promise<number> {
  if (url === '') return 0;
  const redis = new Redis(url);
  try {
    const keys = await redis.keys('*');
    for (const key of keys) see('redis', `${key}\n${(await redis.getBuffer(key))?.toString('latin1') ?? ''}`);
    return keys.length;
  } finally {
    redis.disconnect();
  }
}
