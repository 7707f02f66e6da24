/** Promises of the server of requests, on a real NATS: an end of one subject loses no request and waits for no other subject. */
import { AppError, until } from '#kernel';
import { connectNats, type NatsConnection } from '#log';
import { createLogger, createMetrics } from '#observability';
import { startServers, type TestServers } from '#testkit';
import { RpcServer } from './rpc-server.js';

/** Whoever is forgotten waits for as long; a busy machine answers sooner. */
const PATIENCE_MS = 20_000;

describe('RpcServer', () => {
  let servers: TestServers;
  let connection: NatsConnection;
  let client: NatsConnection;
  let rpc: RpcServer;

  beforeAll(async () => {
    servers = await startServers({ nats: true });
    [connection, client] = await Promise.all([1, 2].map(() => connectNats(servers)));
    rpc = new RpcServer(connection!, 'default', createMetrics('actors'), createLogger('test', 'silent'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([connection.close(), client.close()]);
    await servers.stop();
  });

  const ask = async (subject: string): Promise<unknown> =>
    (await client.request(subject, '{}', { timeout: PATIENCE_MS })).json();

  it('waits for the requests of a subject that ends, and not for those of another', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let inHand = 0;
    const host = rpc.serve('rpc.host', () => ({ host: true }));
    const user = rpc.serve('rpc.user.1', async () => {
      inHand++;
      await held;
      return { user: true };
    });
    await connection.flush();
    const answer = ask('rpc.user.1');
    await until('it is in hand', () => inHand === 1);
    expect(await ask('rpc.host')).toEqual({ host: true });
    host.stop();
    await host.idle();
    let idle = false;
    user.stop();
    const userIdle = user.idle().then(() => (idle = true));
    await connection.flush();
    expect(idle).toBe(false);
    release();
    expect(await answer).toEqual({ user: true });
    await userIdle;
  });

  it('answers what is on its way when a subject ends, so that nobody waits for nothing', async () => {
    const serving = rpc.serve('rpc.user.2', () => {
      serving.stop();
      throw new AppError('REK_HOST_UNAVAILABLE');
    });
    await connection.flush();
    const said = await Promise.all(
      Array.from({ length: 200 }, () =>
        ask('rpc.user.2').then(
          (answer) => (answer as { error: { code: string } }).error.code,
          (error: Error) =>
            /no ?responders/i.test(`${error.name} ${error.message}`) ? 'nobody' : error.name,
        ),
      ),
    );
    expect(said.filter((what) => what === 'REK_HOST_UNAVAILABLE').length).toBeGreaterThan(1);
    expect(said.filter((what) => what !== 'REK_HOST_UNAVAILABLE' && what !== 'nobody')).toEqual([]);
    await serving.idle();
  });
});
