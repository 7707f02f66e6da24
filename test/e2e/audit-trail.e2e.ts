/**
 * Promise 18: whoever may do anything at NATS, even delete the stream and fill it again, cannot alter the audit trail unseen.
 * Altered and removed entries are named by `rekappa audit`; a rewritten or cut-off end by a hash noted earlier.
 */
import { createHash } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { systemClock } from '#kernel';
import { loadSettings } from '#config';
import { AuditTrail, connectNats, openTopology, type AuditEntry, type NatsConnection } from '#log';
import { startServers, type RunningSystem, type TestServers } from '#testkit';
import { AUDIT_STREAM, rewriteTrail } from './audit/rewrite-trail.js';
import { CommandLine } from './command-line.js';

let servers: TestServers;
let nats: NatsConnection;
let cli: CommandLine;
let trail: AuditTrail;
let written: AuditEntry[];

beforeAll(async () => {
  servers = await startServers({ nats: true });
  nats = await connectNats({ natsUrl: servers.natsUrl });
  trail = new AuditTrail((await openTopology(nats, loadSettings({}))).audit, systemClock);
  written = [];
  for (let i = 1; i <= 5; i++)
    written.push(await trail.record({ actor: 'ann@ops', action: 'dead.drop', target: `${i}` }));
  const environment = { NATS_URL: servers.natsUrl };
  cli = new CommandLine(() => ({ environment, gateway: { url: '' } }) as unknown as RunningSystem);
}, 60_000);
afterAll(async () => {
  await nats?.close();
  await servers?.stop();
});
afterEach(() => refill(written));

const refill = (entries: readonly object[]): Promise<void> => rewriteTrail(nats, entries);
const audit = (...options: string[]) => cli.run('audit', ...options);
const head = (): string => written.at(-1)!.hash;

it('A sound trail is found sound, and denies deletion', async () => {
  expect(await audit('--expect', head())).toMatchObject({ code: 0 });
  const manager = await jetstreamManager(nats);
  await expect(manager.streams.deleteMessage(AUDIT_STREAM, 3)).rejects.toThrow();
  await expect(manager.streams.purge(AUDIT_STREAM)).rejects.toThrow();
});

it('An entry that was altered is named, exit code 1', async () => {
  await refill(altered('actor'));
  const { code, err } = await audit();
  expect([code, err]).toEqual([1, expect.stringContaining('entries 3 do not fit')]);
});

it.each(['at', 'actor', 'action', 'target', 'details', 'previous', 'hash'] as const)(
  'It is named whatever was altered: its %s',
  async (field) => {
    await refill(altered(field));
    expect((await trail.walk()).broken).toEqual(field === 'hash' ? [3, 4] : [3]);
  },
);

it('So is the place where one was removed, inserted or moved', async () => {
  const [one, two, three, four, five] = written as [object, object, object, object, object];
  for (const [entries, place] of [
    [[one, two, four, five], 3],
    [[one, two, two, three, four, five], 3],
    [[one, three, two, four, five], 2],
  ] as const) {
    await refill(entries);
    expect((await trail.walk()).broken).toContain(place);
  }
});

it('A cut-off end, and one that was written anew with hashes that fit, is seen by a hash noted earlier', async () => {
  await refill(written.slice(0, 4));
  expect([(await audit()).code, (await audit('--expect', head())).code]).toEqual([0, 1]);
  await refill(forged());
  expect([(await audit()).code, (await audit('--expect', head())).code]).toEqual([0, 1]);
});

const altered = (field: keyof AuditEntry): object[] =>
  written.map((entry, i) => (i === 2 ? { ...entry, [field]: `${entry[field]}x` } : entry));

/** The trail with another third entry, and every hash from there on made to fit. */
function forged(): AuditEntry[] {
  let previous = '';
  return written.map((entry, i) => {
    const made = { ...entry, ...(i >= 2 && { previous }), ...(i === 2 && { actor: 'bob@ops' }) };
    const { at, actor, action, target, details } = made;
    const text = JSON.stringify([made.previous, at, actor, action, target, details]);
    previous = createHash('sha256').update(text).digest('hex');
    return { ...made, hash: previous };
  });
}
