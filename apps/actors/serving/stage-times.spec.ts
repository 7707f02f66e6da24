import { createMetrics } from '#observability';
import { stageTimes } from './stage-times.js';

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
