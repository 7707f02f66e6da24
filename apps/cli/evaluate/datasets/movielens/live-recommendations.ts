/** The live system in one process, asked before each rating for the list it would serve, then given the rating. */
import type { Catalogue } from '#catalogue';
import { LiveRehearsal, type RehearsalSettings } from '#evaluation';
import type { Upsert } from '#events';
import { createUser } from '#interest';
import { asEventId, asItemId, asUserId, fnv1a32, SeededRandom } from '#kernel';
import { ModelReplica } from '#learning';
import { forSegment, listWatch, recommend, type RankedItem, type RankingSettings } from '#ranking';
import { RecallIndex } from '#recall';
import type { ReportTable } from '../../dataset.js';
import type { Rating } from './ratings.js';

/** Moved items taken into the graphs before each list: more than move. */
const GRAPH_ROWS_EACH = 16;

interface Stage {
  ms: number;
  items: number;
  times: number;
}

export class LiveRecommendations {
  private readonly rehearsal: LiveRehearsal;
  private readonly index: RecallIndex;
  private readonly known = new Set<string>();
  /** What each user has rated: hosts remember only the newest. */
  private readonly rated = new Map<string, string[]>();
  private readonly stages = new Map<string, Stage>();
  private readonly shown = new Map<string, { shown: number; hits: number }>();

  constructor(
    rehearsal: RehearsalSettings,
    private readonly serving: RankingSettings,
    private readonly films: ReadonlyMap<string, Upsert>,
  ) {
    this.rehearsal = new LiveRehearsal(rehearsal);
    this.index = new RecallIndex(this.rehearsal.log.catalogue);
  }

  get catalogue(): Catalogue {
    return this.rehearsal.log.catalogue;
  }

  /** The list that would be served now, best first. */
  top({ user, item, at }: Rating, n: number): string[] {
    if (this.index.size === 0) return [];
    const items = this.recommend(user, at, n);
    for (const ranked of items) {
      const count = this.shown.get(ranked.channel) ?? { shown: 0, hits: 0 };
      this.shown.set(ranked.channel, count);
      count.shown++;
      if (ranked.itemId === item) count.hits++;
    }
    return items.map((ranked) => ranked.itemId);
  }

  /** The user took to the film, which enters the catalogue with its first rating. */
  take({ user, item, at }: Rating): void {
    const started = performance.now();
    if (!this.known.has(item)) {
      this.known.add(item);
      this.rehearsal.append({ ...(this.films.get(item) ?? bare(item)), timestamp: at });
    }
    this.rehearsal.append({
      kind: 'interaction',
      version: 1,
      eventId: asEventId(`movielens:rating:${user}:${item}:${at}`),
      userId: asUserId(user),
      itemId: asItemId(item),
      type: 'rating',
      timestamp: at,
    });
    const rated = this.rated.get(user);
    if (rated) rated.push(item);
    else this.rated.set(user, [item]);
    this.time('learning', performance.now() - started, 1);
  }

  timings(): ReportTable {
    return {
      title: 'time',
      columns: ['stage', 'mean ms', 'mean items'],
      rows: [...this.stages].map(([name, { ms, items, times }]) => [name, ms / times, items / times]),
    };
  }

  channels(): ReportTable {
    const all = [...this.shown.values()].reduce((sum, { shown }) => sum + shown, 0);
    return {
      title: 'channels in the lists served',
      columns: ['channel', 'share of items', 'share that was right'],
      rows: [...this.shown].map(([name, { shown, hits }]) => [name, shown / all, hits / shown]),
    };
  }

  private recommend(user: string, at: number, n: number): readonly RankedItem[] {
    const { rehearsal, index, serving } = this;
    this.rehearsal.passTime(at);
    const replica = ModelReplica.of(rehearsal.model);
    for (const graph of [index, replica]) graph.tend(GRAPH_ROWS_EACH);
    const watch = listWatch(() => performance.now(), {
      stage: (stage, ms, count) => this.time(stage, ms, count),
      channel: (channel, ms, added = 0) => this.time(`… ${channel}`, ms, added),
    });
    const state = rehearsal.user(user) ?? createUser(asUserId(user));
    const { items } = recommend({
      user: state,
      request: { n, exclude: this.rated.get(user) ?? [] },
      catalogue: rehearsal.log.catalogue,
      index,
      replica,
      settings: forSegment(serving, state.segmentName),
      random: new SeededRandom(fnv1a32(`${user}:${at}`)),
      now: at,
      ...watch,
    });
    return items;
  }

  private time(name: string, ms: number, items: number): void {
    const stage = this.stages.get(name) ?? { ms: 0, items: 0, times: 0 };
    this.stages.set(name, stage);
    stage.ms += ms;
    stage.items += items;
    stage.times++;
  }
}

/** A film of which nothing is known but its id. */
function bare(item: string): Upsert {
  return {
    kind: 'upsert',
    version: 1,
    eventId: asEventId(`movielens:movie:${item}`),
    itemId: asItemId(item),
    timestamp: 0,
    mode: 'replace',
    fields: { title: item },
  };
}
