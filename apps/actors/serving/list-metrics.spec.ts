import type { Served } from '#events';
import { createMetrics } from '#observability';
import { diversityWatch, stageTimes } from './list-metrics.js';

describe('The times of a list', () => {
  it('count each channel once a list, also one that finds for the mix alone', async () => {
    const metrics = createMetrics('actors');
    const watches = stageTimes(metrics);
    for (let list = 0; list < 2; list++) {
      const watch = watches();
      for (const channel of ['shared', 'session', 'labels', 'session'] as const) watch.prepared(channel);
      watch.looked('mix', 7);
      watch.looked('session', 3);
      watch.ended('recall', 10);
      watch.ended('coarse', 10);
    }
    const text = await metrics.registry.metrics();
    for (const channel of ['shared', 'session', 'labels', 'mix'])
      expect(text).toMatch(
        new RegExp(`rekappa_recall_channel_seconds_count\\{[^}]*channel="${channel}"[^}]*\\} 2\\n`),
      );
    expect(text).toMatch(/rekappa_recall_channel_candidates_total\{[^}]*channel="session"[^}]*\} 6\n/);
    expect(text).not.toMatch(/rekappa_recall_channel_candidates_total\{[^}]*channel="(labels|shared)"/);
    expect(text).toMatch(/rekappa_rank_stage_seconds_count\{[^}]*stage="recall"[^}]*\} 2\n/);
  });
});

describe('The diversity of lists', () => {
  it('is measured of one list of recommendations in ten, by its first ten items', async () => {
    const metrics = createMetrics('actors');
    const compared: string[] = [];
    const measure = diversityWatch(metrics, (a, b) => {
      compared.push(a, b);
      return 0.25;
    });
    const list = {
      request: { n: 12 },
      items: Array.from({ length: 12 }, (_, i) => ({ itemId: `item ${i}` })),
    };
    for (let lists = 0; lists < 11; lists++) measure(list as unknown as Served);
    measure({ ...list, request: undefined } as unknown as Served);
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/rekappa_list_diversity_ratio_sum\{[^}]*\} 0\.5\n/);
    expect(text).toMatch(/rekappa_list_diversity_ratio_count\{[^}]*\} 2\n/);
    expect(compared).not.toContain('item 10');
  });
});
