/**
 * A TCP proxy that stands between an app and a server and misbehaves when told to:
 *
 *     const proxy = await FaultProxy.before(servers.natsUrl);
 *     NATS_URL = proxy.url;
 *     proxy.cut();     // every connection is reset, new ones are refused
 *     proxy.freeze();  // connections stay, bytes wait: what a dead switch or a stopped process looks like
 *     proxy.delay(50); // each piece takes that much longer, ms, each way
 *     proxy.heal();    // what waited is delivered
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { sleep } from '#kernel';

export class FaultProxy {
  /** Connections reset or refused so far, and pieces that had to wait: that the fault was met. */
  hits = 0;
  private readonly sockets = new Set<Socket>();
  private refusing = false;
  private delayMs = 0;
  private thawed: Promise<void> = Promise.resolve();
  private thaw: (() => void) | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** @param url of a server, `nats://host:port`, `postgres://…`, `redis://…` */
  static async before(url: string): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, new URL(url));
    server.on('connection', (client) => proxy.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The server's URL, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href.replace(/\/$/, '');
  }

  cut(): void {
    this.refusing = true;
    this.hits += this.sockets.size;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  freeze(): void {
    if (this.thaw) return;
    this.thawed = new Promise((resolve) => (this.thaw = resolve));
  }

  delay(ms: number): void {
    this.delayMs = ms;
  }

  heal(): void {
    this.refusing = false;
    this.delayMs = 0;
    this.thaw?.();
    this.thaw = undefined;
  }

  async stop(): Promise<void> {
    this.heal();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      this.hits++;
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      void this.carry(from, to).catch(() => to.destroy());
    }
  }

  private async carry(from: Socket, to: Socket): Promise<void> {
    for await (const piece of from) {
      if (this.thaw) this.hits++;
      await this.thawed;
      if (this.delayMs > 0) await sleep(this.delayMs);
      if (!to.write(piece as Buffer))
        await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
    }
    to.end();
  }
}
