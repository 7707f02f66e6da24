/** How long a host's stages took, from its own metrics. */

const SUM = /^rekappa_rank_stage_seconds_sum\{[^}]*stage="(\w+)"[^}]*\} (\S+)/;
const COUNT = /^rekappa_rank_stage_seconds_count\{[^}]*stage="(\w+)"[^}]*\} (\S+)/;

export type StageTotals = Readonly<Record<string, { readonly seconds: number; readonly lists: number }>>;

export async function stageTotals(hostUrl: string): Promise<StageTotals> {
  const totals: Record<string, { seconds: number; lists: number }> = {};
  for (const line of (await (await fetch(`${hostUrl}/metrics`)).text()).split('\n')) {
    const [, stage, value] = SUM.exec(line) ?? COUNT.exec(line) ?? [];
    if (stage === undefined) continue;
    const total = (totals[stage] ??= { seconds: 0, lists: 0 });
    if (SUM.test(line)) total.seconds = Number(value);
    else total.lists = Number(value);
  }
  return totals;
}

/** `recall 0.41 ms, coarse 0.20 ms`: the mean of each stage between two readings. */
export function stagesBetween(before: StageTotals, after: StageTotals): string {
  return Object.entries(after)
    .map(([stage, { seconds, lists }]) => {
      const earlier = before[stage] ?? { seconds: 0, lists: 0 };
      const mean = ((seconds - earlier.seconds) / Math.max(1, lists - earlier.lists)) * 1_000;
      return `${stage} ${mean.toFixed(2)} ms`;
    })
    .join(', ');
}
