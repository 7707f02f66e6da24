/** A key that sends far more events than it may, in batches: few requests, so that only who counts events notices. Another goes on beside it. */
import { sleep } from '#kernel';
import { refusalOf } from '../harness/load.js';
import type { Trial } from '../harness/scenario.js';
import { presenting, type Keys } from './keys.js';

export const FLOOD_EVENTS_PER_SECOND = 300;
export const NEIGHBOUR_EVENTS_PER_SECOND = 300;
const BATCH_MAX = 150;
const BATCH_MIN = 50;
const FLOOD_MS = 1_500;
/** Where the machine is too slow to flood anybody within that, ms. */
const FLOOD_MAX_MS = 20_000;
const NEIGHBOUR_PAUSE_MS = 25;

/** @param keys those named `flood` and `neighbour` may send so many events a second */
export async function flood(
  url: string,
  keys: Keys,
  { findings, random }: Trial,
  round: number,
): Promise<void> {
  let sent = 0;
  const post = (name: string, events: number) =>
    fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...presenting(keys.of(name)) },
      body: JSON.stringify(Array.from({ length: events }, () => clickOf(name, `${round}-${sent++}`))),
    });

  let flooding = true;
  const neighbour = (async () => {
    for (; flooding; await sleep(NEIGHBOUR_PAUSE_MS)) {
      const { status } = await post('neighbour', 1);
      findings.did('events beside a flood', 1);
      findings.must(status === 202, `beside a flood of another key: ${status}`);
    }
  })();
  neighbour.catch(() => undefined); // awaited below

  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  // A second's worth to begin with, and the last batch on credit.
  const allowed = (): number => FLOOD_EVENTS_PER_SECOND * (1 + seconds()) + BATCH_MAX;
  let taken = 0;
  let refused = 0;
  let requests = 0;
  const isFlood = (): boolean => taken + refused > 2 * allowed();
  while (seconds() * 1_000 < FLOOD_MS || (!isFlood() && seconds() * 1_000 < FLOOD_MAX_MS)) {
    const events = BATCH_MIN + random.below(BATCH_MAX - BATCH_MIN);
    const answer = await post('flood', events);
    requests++;
    if (answer.status === 202) {
      taken += events;
      await answer.body?.cancel();
      continue;
    }
    const { status, code, retryAfter } = await refusalOf(answer);
    refused += events;
    findings.must(
      status === 429 && code === 'REK_RATE_LIMITED' && retryAfter! >= 1,
      `too many events: ${status} ${code}, Retry-After ${retryAfter}`,
    );
  }
  const most = Math.round(allowed());
  findings.enough(
    isFlood() && requests < FLOOD_EVENTS_PER_SECOND * seconds(),
    `the flood was none: ${requests} requests with ${taken + refused} events in ${seconds()} s`,
  );
  flooding = false;
  await neighbour;

  findings.fault('events beyond the allowance of a key', Math.max(0, taken + refused - most));
  findings.figure('events taken in a flood, of those allowed', taken / most);
  findings.must(taken <= most, `${taken} events were taken of a key that may send ${most}`);
  findings.must(taken >= BATCH_MIN, 'nothing of what a key may send was taken');
}

function clickOf(userId: string, id: string): object {
  return { kind: 'interaction', type: 'click', userId, itemId: 'item-1', eventId: `${userId}-${id}` };
}
