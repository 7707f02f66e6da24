/** What the metrics say of lists. Times: ranking is pure and knows no clock, so the shell holds the watch. */
import type { Served } from '#events';
import type { Metrics } from '#observability';
import { intraListDiversity, listWatch, type ItemDistance, type ListWatch } from '#ranking';

/** A watch for each list. */
export function stageTimes({
  rankStageSeconds,
  candidates,
  recallChannelSeconds,
  recallChannelCandidates,
}: Metrics): () => ListWatch {
  const stageSeconds = series((stage) => rankStageSeconds.labels({ stage }));
  const channelSeconds = series((channel) => recallChannelSeconds.labels({ channel }));
  const foundBy = series((channel) => recallChannelCandidates.labels({ channel }));
  const heard = {
    stage: (stage: string, ms: number, items: number): void => {
      stageSeconds(stage).observe(ms / 1_000);
      if (stage === 'recall') candidates.observe(items);
    },
    channel: (channel: string, ms: number, added: number | undefined): void => {
      channelSeconds(channel).observe(ms / 1_000);
      if (added !== undefined) foundBy(channel).inc(added);
    },
  };
  return () => listWatch(() => performance.now(), heard);
}

/** Series by label, looked up once: a list asks for some thirty. */
function series<T>(of: (label: string) => T): (label: string) => T {
  const made = new Map<string, T>();
  return (label) => {
    let one = made.get(label);
    if (one === undefined) made.set(label, (one = of(label)));
    return one;
  };
}

/** Its first MEASURED_ITEMS are what is seen; the pairs of one list in MEASURED_EACH are enough for a mean. */
const MEASURED_ITEMS = 10;
const MEASURED_EACH = 10;

/** Measures how varied lists are, the first of all among them. */
export function diversityWatch({ listDiversity }: Metrics, distance: ItemDistance): (list: Served) => void {
  let lists = 0;
  return ({ request, items }) => {
    if (request === undefined || lists++ % MEASURED_EACH > 0) return;
    const ids = items.slice(0, MEASURED_ITEMS).map(({ itemId }) => itemId);
    const diversity = intraListDiversity(ids, distance);
    if (!Number.isNaN(diversity)) listDiversity.observe(diversity);
  };
}

/** A list has few channels: one step of the counter for each. */
export function countListed({ listedItems }: Metrics, { items }: Served): void {
  const counts = new Map<string, number>();
  for (const { channel } of items) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  for (const [channel, count] of counts) listedItems.inc({ channel }, count);
}
