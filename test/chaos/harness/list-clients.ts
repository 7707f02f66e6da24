/** Clients that ask for lists without pause, a few at once, and note what they get. */
import { sleep } from '#kernel';

export interface ListSample {
  /** 200, with items, and `degraded` if and only if it says from where. */
  readonly ok: boolean;
  /** What was wrong. */
  readonly what?: string;
  readonly ms: number;
  /** Why it is a substitute. */
  readonly reason?: string;
  /** Of a substitute: since a host last answered this user, s. */
  readonly ageSeconds: number;
}

interface List {
  readonly items?: readonly unknown[];
  readonly degraded?: { readonly reason?: string; readonly source?: string };
}

export function p99Ms(samples: readonly ListSample[]): number {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? NaN;
}

const CLIENTS = 4;
const PAUSE_MS = 40;

export class ListClients {
  readonly samples: ListSample[] = [];
  private readonly liveAt = new Map<string, number>();
  private stopping = false;
  private readonly running: Promise<void[]>;

  constructor(
    private readonly url: () => string,
    private readonly users: number,
  ) {
    this.running = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.run(client)));
  }

  lastAreLive(count: number): boolean {
    const last = this.samples.slice(-count);
    return last.length === count && last.every(({ ok, reason }) => ok && reason === undefined);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(client: number): Promise<void> {
    for (let i = client; !this.stopping; i += CLIENTS) {
      this.samples.push(await this.ask(`user-${i % this.users}`));
      await sleep(PAUSE_MS);
    }
  }

  private async ask(user: string): Promise<ListSample> {
    const startedAt = performance.now();
    const sample = (ok: boolean, what?: string, reason?: string): ListSample => {
      const now = performance.now();
      if (ok && reason === undefined) this.liveAt.set(user, now);
      const ageSeconds = (now - (this.liveAt.get(user) ?? 0)) / 1000;
      return { ok, what, reason, ageSeconds, ms: now - startedAt };
    };
    try {
      const answer = await fetch(`${this.url()}/v1/recommendations?user=${user}&n=5`);
      const { items = [], degraded } = (await answer.json()) as List;
      if (answer.status !== 200) return sample(false, `status ${answer.status}`);
      if (items.length === 0) return sample(false, 'an empty list');
      if (degraded && !(degraded.reason && degraded.source))
        return sample(false, 'degraded, without saying how');
      return sample(true, undefined, degraded?.reason);
    } catch (error) {
      return sample(false, String(error));
    }
  }
}
