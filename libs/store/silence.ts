/**
 * Ends a connection whose server owes an answer and says nothing. A server that lives ends each statement in time by itself; one that is
 * frozen for good, or whose machine went without a word, would be waited for as long as this process runs. What counts is silence and
 * not duration: a large answer, or a large statement, may take its time as long as something of it passes.
 */
import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** Not in the types of node-postgres: false from a statement on until the server is done with it. */
type Answering = Client & { readonly readyForQuery: boolean };

/**
 * What waits on the connection fails with the code ETIMEDOUT, and the pool replaces it: an answer that still came would be
 * taken for that to another statement. A connection that is merely held or idle may be silent.
 */
export function endWhenSilent(client: Client, silenceMs: number): void {
  const socket = socketOf(client);
  socket.setTimeout(silenceMs);
  socket.on('timeout', () => {
    if ((client as Answering).readyForQuery) return;
    const silence = new Error(`silence for ${(socket.timeout ?? silenceMs) / 1_000} s`);
    socket.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }));
  });
}

/** Lets the server be silent for longer while `work` runs. */
export async function allowingSilence<T>(
  client: Client,
  silenceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const socket = socketOf(client);
  const usualMs = socket.timeout ?? 0;
  socket.setTimeout(Math.max(usualMs, silenceMs));
  try {
    return await work();
  } finally {
    socket.setTimeout(usualMs);
  }
}

function socketOf(client: Client): Socket {
  return client.connection.stream as Socket; // TLS or not, once connected
}
