/** Free TCP ports on the loopback interface. Another process may still take one before it is used: callers retry. */
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('the operating system gave no free port');
  return port;
}

export async function isPortFree(port: number, host = LOOPBACK): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined;
}

/** The wanted port if it is free, else any free one. */
export async function freePortPreferring(wanted: number | undefined): Promise<number> {
  return wanted !== undefined && (await isPortFree(wanted)) ? wanted : freePort();
}

function listenOnce(port: number, host = LOOPBACK): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
