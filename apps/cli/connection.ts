/**
 * Which deployment a command talks to: environment variables first, then the `connection.json` that
 * a running `rekappa up` leaves in its data folder, so that in a second terminal nothing has to be set.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { z } from 'zod';
import { loadSettings, type Settings } from '#config';
import { CliError, UsageError } from './terminal/exit.js';

/** Where `rekappa up` keeps its data by default. */
export const DATA_FOLDER = '.rekappa';

const connectionSchema = z.object({
  natsUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string().default(''),
  gatewayUrl: z.string().default(''),
  namespace: z.string().default('default'),
  environment: z.record(z.string(), z.string()).default({}),
});
export type Connection = z.infer<typeof connectionSchema>;

export const dataOption = (): Option =>
  new Option('--data <folder>', 'data folder of a running `rekappa up`').default(DATA_FOLDER);

/** @returns undefined when nothing runs from this folder. @throws CliError when the file is damaged */
export async function readConnection(dataFolder: string): Promise<Connection | undefined> {
  const path = join(resolve(dataFolder), 'connection.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return connectionSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${path} cannot be read: restart \`rekappa up\`, which writes it anew`, {
      cause: error,
    });
  }
}

/** The settings under which a command works. @param overrides environment variables that win over all others */
export async function connectedSettings(
  dataFolder: string,
  overrides: Record<string, string> = {},
): Promise<Settings> {
  const connection = await readConnection(dataFolder);
  if (!connection && !process.env.NATS_URL) {
    throw new CliError(
      `nothing runs from ${resolve(dataFolder)}: start Rekappa (npm start), name its folder with --data, or set NATS_URL and DATABASE_URL`,
    );
  }
  return loadSettings({ ...environmentOf(connection), ...process.env, ...overrides });
}

/** The gateway of `--url`, of REKAPPA_URL, or of a running `rekappa up`. @throws UsageError when there is none */
export async function gatewayUrl(dataFolder: string, url?: string): Promise<string> {
  const found = url ?? process.env.REKAPPA_URL ?? (await readConnection(dataFolder))?.gatewayUrl;
  if (!found)
    throw new UsageError(
      `no gateway known: start Rekappa (npm start), or give its address with --url http://127.0.0.1:8080`,
    );
  return found.replace(/\/+$/, '');
}

function environmentOf(connection: Connection | undefined): Record<string, string> {
  if (!connection) return {};
  return {
    ...connection.environment,
    NATS_URL: connection.natsUrl,
    DATABASE_URL: connection.databaseUrl,
    REDIS_URL: connection.redisUrl,
    REKAPPA_NAMESPACE: connection.namespace,
  };
}
