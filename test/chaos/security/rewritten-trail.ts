/** Somebody who may do anything at NATS rewrites the audit trail; `rekappa audit` must name where, and be content once all is put back. */
import { systemClock, type SeededRandom } from '#kernel';
import { attachTopology, AuditTrail, connectNats, type AuditEntry, type NatsConnection } from '#log';
import { loadSettings } from '#config';
import { rewriteTrail } from '../../e2e/audit/rewrite-trail.js';
import type { ChaosSystem } from '../harness/chaos-system.js';
import type { Trial } from '../harness/scenario.js';

const FIELDS = ['at', 'actor', 'action', 'target', 'details'] as const;
/** So that there is room for three places, each with sound neighbours. */
const ENTRIES_MIN = 10;

/** @param act does once what stands in the trail */
export async function trailIsRewritten(
  system: ChaosSystem,
  { findings, random }: Trial,
  act: () => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < ENTRIES_MIN; i++) await act();
  const nats = await connectNats({ natsUrl: system.servers.natsUrl });
  try {
    const written = await entriesOf(system, nats);
    findings.did('entries of the audit trail', written.length);
    findings.must(
      written.length >= ENTRIES_MIN,
      `what was done is not in the audit trail: ${written.length} entries`,
    );
    if (written.length < ENTRIES_MIN) return;
    const head = written.at(-1)!.hash;
    const { entries, places } = rewritten(written, random);
    await rewriteTrail(nats, entries);
    for (const what of ['altered', 'removed', 'moved']) findings.fault(`entry of the audit trail ${what}`);
    const found = await system.cli.run('audit', '--expect', head);
    findings.must(
      found.code === 1 && found.err.includes(`entries ${places.join(', ')} do not fit`),
      `entries ${places.join(', ')} of the audit trail were altered, removed and moved; rekappa audit ended with ${found.code}: ${found.err.slice(-200)}`,
    );
    await rewriteTrail(nats, written);
    const sound = await system.cli.run('audit', '--expect', head);
    findings.must(
      sound.code === 0,
      `the audit trail as it was; rekappa audit ended with ${sound.code}: ${sound.err.slice(-200)}`,
    );
  } finally {
    await nats.close();
  }
}

async function entriesOf({ system }: ChaosSystem, nats: NatsConnection): Promise<AuditEntry[]> {
  const topology = await attachTopology(nats, loadSettings(system.environment));
  const { entries } = await new AuditTrail(topology.audit, systemClock).walk();
  return entries.map(({ sequence: _, ...entry }) => entry);
}

/**
 * An entry of the first third altered, one of the second removed, two of the last exchanged, so that none hides another.
 * @returns with the places that must be named. Sequences begin anew at 1; what stands behind the one removed has moved up. Exchanging
 *   two parts three from the one before each
 */
function rewritten(
  written: readonly AuditEntry[],
  random: SeededRandom,
): { entries: AuditEntry[]; places: number[] } {
  const third = Math.floor((written.length - 1) / 3);
  const within = (part: number): number => part * third + random.below(third - 1);
  const [altered, removed, moved] = [within(0), within(1), within(2)];
  const field = random.pick(FIELDS);
  const entries = [...written];
  entries.splice(moved, 2, written[moved + 1]!, written[moved]!);
  entries.splice(removed, 1);
  entries.splice(altered, 1, { ...written[altered]!, [field]: `${written[altered]![field]}x` });
  return { entries, places: [altered + 1, removed + 1, moved, moved + 1, moved + 2] };
}
