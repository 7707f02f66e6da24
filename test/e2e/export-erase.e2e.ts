/** `rekappa export` and `rekappa erase` against a whole system with sealing and keys: what they write, refuse and promise. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startSystem, until, type RunningSystem } from '#testkit';
import { CommandLine } from './command-line.js';

const SLOW_MS = 240_000;
const ADMIN = 'the-key-of-the-tests';
const START = Date.now() - 60_000;
const USERS = ['ada', 'bob', 'visitor'];

let system: RunningSystem;
const cli = new CommandLine(() => system);
const before = process.env.REKAPPA_API_KEY;

beforeAll(async () => {
  process.env.REKAPPA_API_KEY = ADMIN; // of the commands
  system = await startSystem({
    learner: false,
    environment: {
      REKAPPA_LOG_PARTITIONS: '4',
      REKAPPA_MODEL_BITS: '12',
      REKAPPA_ACTORS_CHECKPOINT_MS: '500',
      REKAPPA_PRIVACY_SEAL_USERS: 'on',
      REKAPPA_PRIVACY_MASTER_KEY: randomBytes(32).toString('base64'),
      REKAPPA_HTTP_API_KEYS: JSON.stringify([
        {
          name: 'tests',
          sha256: createHash('sha256').update(ADMIN).digest('hex'),
          scopes: ['read', 'write', 'admin'],
        },
      ]),
    },
  });
}, SLOW_MS);
afterAll(async () => {
  if (before === undefined) delete process.env.REKAPPA_API_KEY;
  else process.env.REKAPPA_API_KEY = before;
  await system?.stop();
}, SLOW_MS);

const file = (name: string): string => join(system.servers.folder, name);

interface Line {
  readonly sequence: number;
  readonly event: { readonly kind: string; readonly eventId: string; readonly userId?: string };
}

async function exported(...args: string[]): Promise<Line[]> {
  const { code, out, err } = await cli.run('export', ...args);
  expect([code, err]).toEqual([0, expect.stringContaining('events of LOG')]);
  return linesOf(out);
}

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const idsOf = (lines: readonly Line[], kind: string): string[] =>
  lines.filter(({ event }) => event.kind === kind).map(({ event }) => event.eventId);

async function interactionsOf(user: string): Promise<number | undefined> {
  const answer = await fetch(`${system.gateway.url}/v1/users/${user}/state`, {
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  const state = (await answer.json()) as { counters?: { interactions: number } };
  return state.counters?.interactions;
}

describe('the log of users, exported', () => {
  it(
    'is what was imported, opened, and imported again changes nobody',
    async () => {
      const items = ['lamp', 'desk'].map((id) => ({
        kind: 'upsert',
        eventId: `put-${id}`,
        itemId: id,
        timestamp: START,
        fields: { title: id },
      }));
      const clicks = USERS.flatMap((userId, u) =>
        [1, 2].map((n) => ({
          kind: 'interaction',
          type: 'click',
          eventId: `${userId}-${n}`,
          userId,
          itemId: 'lamp',
          timestamp: START + 10 * u + n,
        })),
      );
      await writeFile(file('events.ndjson'), [...items, ...clicks].map((e) => JSON.stringify(e)).join('\n'));
      const account = { read: 8, accepted: 8, rejected: 0 };
      expect(await cli.json('import', 'events', file('events.ndjson'))).toMatchObject(account);

      const out = file('log.ndjson.gz');
      const summary = await cli.json<{ events: number }>('export', '--out', out);
      const lines = linesOf(gunzipSync(await readFile(out)).toString());
      expect(lines.length).toBe(summary.events);
      expect(idsOf(lines, 'upsert')).toEqual(['put-lamp', 'put-desk']);
      expect(idsOf(lines, 'interaction').sort()).toEqual(clicks.map(({ eventId }) => eventId).sort());

      await until('all is folded', async () => (await interactionsOf('bob')) === 2, 20_000);
      const again = await cli.json<{ accepted: number }>('import', 'events', out, '--nats');
      expect(again).toMatchObject({ accepted: 8 });
      const last = (await exported('--user', 'bob')).length;
      expect(last).toBe(4); // LOG has them twice
      await cli.json('import', 'events', file('events.ndjson'));
      expect(await interactionsOf('bob')).toBe(2);
    },
    SLOW_MS,
  );

  it(
    'is one user’s where asked, and stays sealed where asked',
    async () => {
      const own = await exported('--user', 'ada', '--kind', 'interaction');
      expect(new Set(own.map(({ event }) => event.userId))).toEqual(new Set(['ada']));
      const sealed = await exported('--keep-sealed');
      expect(idsOf(sealed, 'interaction')).toEqual([]);
      expect(idsOf(sealed, 'sealed').length).toBeGreaterThanOrEqual(6);
      expect(JSON.stringify(sealed)).not.toContain('visitor');
      const { entries } = await cli.json<{ entries: { action: string; target: string }[] }>('audit');
      const targets = entries.filter(({ action }) => action === 'log.export').map(({ target }) => target);
      expect(targets).toContain('all');
      expect(targets).not.toContain('ada');
    },
    SLOW_MS,
  );

  it('takes no place that is taken', async () => {
    const { code, err } = await cli.run('export', '--out', file('log.ndjson.gz'));
    expect([code, err]).toEqual([2, expect.stringContaining('is there already')]);
  });
});

describe('users who are erased', () => {
  it(
    'are not unless somebody said yes, and may',
    async () => {
      const unasked = await cli.run('erase', 'ada');
      expect([unasked.code, unasked.err]).toEqual([2, expect.stringContaining('--yes')]);
      process.env.REKAPPA_API_KEY = 'another';
      const stranger = await cli
        .run('erase', 'ada', '--yes')
        .finally(() => (process.env.REKAPPA_API_KEY = ADMIN));
      expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining('REK_')]);
      expect(await interactionsOf('ada')).toBe(2);
    },
    SLOW_MS,
  );

  it(
    'are gone, and to erase them again changes nothing',
    async () => {
      const { code, out } = await cli.run('erase', 'ada', 'bob', '--yes');
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/ada: erased .*cannot be read any more\nbob: erased .*\n.*docs\/privacy\.md/),
      ]);
      expect([await interactionsOf('ada'), await interactionsOf('visitor')]).toEqual([undefined, 2]);
      expect(await cli.json('erase', 'ada', '--yes')).toEqual({
        erased: [{ user: 'ada', users: 0, seq: 0, done: true, sealed: true }],
      });
    },
    SLOW_MS,
  );

  it(
    'are marked in an export, which names them no more',
    async () => {
      const lines = await exported();
      expect(idsOf(lines, 'forget')).toHaveLength(2);
      expect(idsOf(lines, 'sealed').length).toBeGreaterThanOrEqual(10);
      expect(new Set(lines.flatMap(({ event }) => event.userId ?? []))).toEqual(new Set(['visitor']));
    },
    SLOW_MS,
  );
});
