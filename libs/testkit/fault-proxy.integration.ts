/** Promise: the proxy of the fault tests injects what it says, and nothing when healed. */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { FaultProxy, until } from './index.js';

describe('a fault proxy', () => {
  let echo: Server;
  let proxy: FaultProxy;
  beforeAll(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    proxy = await FaultProxy.before(`nats://127.0.0.1:${(echo.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await proxy.stop();
    echo.close();
  });

  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  it('carries bytes both ways, holds them while frozen, and delivers them when healed', async () => {
    const socket = await open();
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    socket.write('one ');
    await until('the first word is back', () => heard === 'one ');
    proxy.freeze();
    socket.write('two');
    await until('the word is held', () => proxy.hits > 0);
    expect(heard).toBe('one ');
    proxy.heal();
    await until('the word is delivered', () => heard === 'one two');
    socket.destroy();
  });

  it('resets every connection when cut, and refuses new ones until healed', async () => {
    const socket = await open();
    const gone = closed(socket);
    proxy.cut();
    await gone;
    const refused = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
    await closed(refused);
    proxy.heal();
    const again = await open();
    again.write('x');
    await once(again, 'data');
    again.destroy();
  });
});

/** Not `once`: that rejects on the error which a reset is. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));
