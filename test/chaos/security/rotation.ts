/**
 * A key is exchanged without a gap: a gateway starts that knows the new one, and the old one with an end; it takes the place of the one
 * before; callers change over. Meanwhile somebody goes on with the old key: it is good to its end, and no moment longer.
 */
import { sleep } from '#kernel';
import { until } from '#testkit';
import type { ChaosSystem } from '../harness/chaos-system.js';
import type { Findings } from '../harness/findings.js';
import { presenting, type Keys } from './keys.js';

/** How long both keys are good, from the start of the new gateway: tried in turn until one is long enough for that to be ready, ms. */
const OVERLAPS_MS = [8_000, 20_000, 50_000];
/** What is left of it then, at least, ms. */
const LEFT_MS = 2_000;
const REFUSED_WITHIN_MS = 10_000;
const PAUSE_MS = 50;
/** What is asked as often before the end, and behind it. */
const ASKED_MIN = 3;

export class Rotation {
  private good = 0;
  private refused = 0;
  private asking = true;
  private running: Promise<void> | undefined;

  private constructor(
    private readonly system: ChaosSystem,
    private readonly findings: Findings,
    private readonly key: string,
    private readonly endsAt: number,
  ) {}

  /**
   * @param from the name of a key in use, @param to of the one that takes its place
   * @param changeOver has the callers use that from now on
   */
  static async begin(
    system: ChaosSystem,
    findings: Findings,
    keys: Keys,
    from: string,
    to: string,
    changeOver: (key: string) => void,
  ): Promise<Rotation> {
    keys.put(to, { scopes: ['admin'] });
    const endsAt = await successor(system, keys, from);
    if (endsAt === undefined) throw new Error('no gateway was ready in less time than the keys overlap');
    const rotation = new Rotation(system, findings, keys.of(from), endsAt);
    const old = system.gateways.shift()!;
    changeOver(keys.of(to));
    rotation.running = rotation.askOn();
    await old.child.stop();
    findings.fault('keys exchanged under load');
    return rotation;
  }

  /** Waits for the end of the old key. */
  async end(): Promise<void> {
    const { findings } = this;
    await findings.mustCome(
      until(
        'the old key is refused behind its end',
        () => this.refused >= ASKED_MIN || !this.asking,
        Math.max(0, this.endsAt - Date.now()) + REFUSED_WITHIN_MS,
      ),
    );
    this.asking = false;
    await this.running;
    findings.did('calls with a key on its way out', this.good);
    findings.fault('calls with a key behind its end', this.refused);
    findings.enough(this.good >= ASKED_MIN, 'the old key was hardly used while it was good');
  }

  private async askOn(): Promise<void> {
    while (this.asking) {
      const before = Date.now();
      const url = `${this.system.url()}/v1/items/trending?n=1`;
      const status = await fetch(url, { headers: presenting(this.key) }).then(
        (answer) => answer.status,
        String,
      );
      this.judge(status, before, Date.now());
      await sleep(PAUSE_MS);
    }
  }

  private judge(status: number | string, before: number, after: number): void {
    if (after < this.endsAt) {
      if (status === 200) this.good++;
      // Whether a host answers is another promise.
      this.findings.must(status === 200 || status === 503, `a key was answered ${status} before its end`);
    } else if (before > this.endsAt) {
      if (status === 401) this.refused++;
      else {
        this.asking = false;
        this.findings.must(false, `a key was answered ${status} behind its end`);
      }
    }
  }
}

/** A gateway beside the one that runs, which knows the end of the old key. @returns that, of Date.now(); undefined where none was ready in time */
async function successor(system: ChaosSystem, keys: Keys, old: string): Promise<number | undefined> {
  for (const overlapMs of OVERLAPS_MS) {
    const endsAt = Date.now() + overlapMs;
    keys.put(old, { scopes: ['admin'], expiresAt: new Date(endsAt).toISOString() });
    const gateway = await system.add('gateway', keys.environment);
    if (Date.now() < endsAt - LEFT_MS) return endsAt;
    system.gateways.splice(system.gateways.indexOf(gateway), 1);
    await gateway.child.stop();
  }
  return undefined;
}
