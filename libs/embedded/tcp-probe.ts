/** Connects, says something, and waits for the bytes that tell a server is ready. */
import { connect } from 'node:net';

const PROBE_MS = 1_000;

export function tcpProbe(port: number, say: string, expected: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(PROBE_MS, () => end(new Error('no answer')));
    socket.once('connect', () => socket.write(say));
    socket.once('error', end);
    socket.once('close', () => reject(new Error('closed before it was ready')));
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (expected.test(heard)) end();
    });
  });
}
