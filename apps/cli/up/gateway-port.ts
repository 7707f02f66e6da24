/** The port of the gateway: the one asked for, or 8080, or the next free one after it. */
import { isPortFree } from '#embedded';
import { AppError } from '#kernel';

export const DEFAULT_PORT = 8080;
const PORTS_TRIED = 100;

/** @throws AppError REK_CONFIG_INVALID when the port asked for is taken */
export async function gatewayPort(asked: number | undefined, host: string): Promise<number> {
  if (asked !== undefined) {
    if (await isPortFree(asked, host)) return asked;
    throw new AppError(
      'REK_CONFIG_INVALID',
      `port ${asked} is taken: choose another with --port, or leave it out for the next free one`,
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED; port++) {
    if (await isPortFree(port, host)) return port;
  }
  throw new AppError(
    'REK_CONFIG_INVALID',
    `the ports ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are all taken: choose one with --port`,
  );
}
