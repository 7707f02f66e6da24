/** The command line against the whole system: what it prints, that it adds up, and its exit codes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSystem, type RunningSystem } from '#testkit';
import { CommandLine } from './command-line.js';

const SLOW_MS = 120_000;
let system: RunningSystem;

beforeAll(async () => {
  system = await startSystem({
    environment: {
      REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
      REKAPPA_ACTORS_TICK_MS: '200',
      REKAPPA_MODEL_BITS: '14',
      REKAPPA_LOG_LEVEL: 'warn',
    },
  });
}, SLOW_MS);
afterAll(() => system?.stop(), SLOW_MS);

const cli = new CommandLine(() => system);

describe('the command line', () => {
  it(
    'plays the demo until its events are acknowledged',
    async () => {
      const figures = await cli.json<{
        lists: number;
        events: { sent: number; accepted: number; rejected: number };
      }>('simulate', '--events', '1500', '--users', '50');
      expect(figures.events.sent).toBeGreaterThanOrEqual(1_500);
      expect(figures.events).toEqual({
        sent: figures.events.sent,
        accepted: figures.events.sent,
        rejected: 0,
      });
    },
    SLOW_MS,
  );

  it(
    'imports a file twice: the account adds up, and the second time changes nobody',
    async () => {
      const file = join(system.servers.folder, 'events.jsonl');
      await writeFile(file, [...metarank(), 'nonsense'].join('\n'));
      const account = { read: 162, accepted: 161, rejected: 1, rejectedBy: { 'not JSON': 1 } };
      expect(await cli.json('import', 'metarank', file)).toMatchObject(account);
      await cli.settled();
      const rebuilt = () =>
        cli.json<{ samples: number; partitions: { sha256: string }[] }>('replay', '--from-log');
      const once = await rebuilt();
      expect(await cli.json('import', 'metarank', file, '--nats')).toMatchObject(account);
      await cli.settled();
      const twice = await rebuilt();
      expect([twice.samples, twice.partitions]).toEqual([once.samples, once.partitions]);
    },
    SLOW_MS,
  );

  it(
    'verifies that users, feedback and model are what their logs make',
    async () => {
      const { learner } = await cli.settled();
      expect(learner.samples).toBeGreaterThan(1_000);
      const { ok, checks } = await cli.json<{ ok: boolean; checks: { ok: boolean }[] }>(
        'replay',
        '--from-log',
        '--verify',
      );
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      expect([ok, checks.length > 32]).toEqual([true, true]);
    },
    SLOW_MS,
  );

  it(
    'evaluates the log of the deployment itself, every list that was shown and clicked',
    async () => {
      const { learner } = await cli.settled();
      const report = await cli.json<{ input: Record<string, number>; tables: { rows: unknown[][] }[] }>(
        'evaluate',
        'live',
      );
      // Which lists still wait for a click depends on the order of partitions, which is another one in LOG than in FEEDBACK.
      const { samples, waiting } = report.input as { samples: number; waiting: number };
      expect(samples + waiting).toBe(learner.samples + learner.held);
      expect(report.tables[0]!.rows.map(([model]) => model)).toEqual(
        expect.arrayContaining(['random', 'popularity', 'recent popularity', 'item CTR', 'blend']),
      );
    },
    SLOW_MS,
  );

  it(
    'promotes a model with other settings, served by every host, and still verifies',
    async () => {
      const before = await cli.settled();
      const { code, out } = await cli.run('replay', '--set', 'ftrl.alpha=0.3', '--promote');
      expect([code, out]).toEqual([0, expect.stringMatching(/ftrl\.alpha=0\.3[^]*promoted: main-1-/)]);
      const after = await cli.settled();
      expect(after.learner.version).not.toBe(before.learner.version);
      expect(after.learner.samples).toBeGreaterThanOrEqual(before.learner.samples);
      expect(after.hosts.map((host) => host.modelVersion)).toEqual([after.learner.version]);
      expect((await cli.run('replay', '--verify')).code).toBe(0);
    },
    SLOW_MS,
  );

  it(
    'lists what is dead, and finds everything in order',
    async () => {
      expect(await cli.json('dead', 'list')).toMatchObject({ total: 0 });
      expect((await cli.run('doctor')).out).toMatch(/ok {4}NATS: .*16 partitions/);
    },
    SLOW_MS,
  );

  it(
    'tells a wrong call from a failure',
    async () => {
      expect((await cli.run('replay', '--until', 'yesterday')).code).toBe(2);
      expect((await cli.run('import', 'metarank', 'nowhere.jsonl')).code).toBe(2);
      const nobody = await cli.run('simulate', '--url', 'http://127.0.0.1:1', '--events', '1');
      expect([nobody.code, nobody.err]).toEqual([
        1,
        expect.stringContaining('does not answer: start Rekappa'),
      ]);
    },
    SLOW_MS,
  );
});

/** 20 films, 60 lists of three, a click in every list, 21 more clicks. */
function metarank(): string[] {
  const start = Date.now() - 60_000;
  const items = Array.from({ length: 20 }, (_, i) => ({
    event: 'item',
    id: `item-event-${i}`,
    item: `film-${i}`,
    timestamp: start,
    fields: [{ name: 'genres', value: [i % 2 ? 'comedy' : 'drama'] }],
  }));
  const lists = Array.from({ length: 60 }, (_, i) => {
    const ids = [0, 1, 2].map((k) => ({ id: `film-${(i + k * 7) % 20}` }));
    const user = `viewer-${i % 5}`;
    const ranking = {
      event: 'ranking',
      id: `ranking-${i}`,
      user,
      timestamp: start + i * 500,
      fields: [],
      items: ids,
    };
    const click = (id: string, k: number) => ({
      event: 'interaction',
      id,
      user,
      ranking: ranking.id,
      type: 'click',
      item: ids[k]!.id,
      timestamp: start + i * 500 + 100,
      fields: [],
    });
    return [ranking, click(`click-${i}`, i % 3), ...(i < 21 ? [click(`more-${i}`, (i + 1) % 3)] : [])];
  });
  return [...items, ...lists.flat()].map((event) => JSON.stringify(event));
}
