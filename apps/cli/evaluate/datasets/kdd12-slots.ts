/**
 * The examination curve of a click log beside its plain click rates: what the learner's own table makes of it in one pass,
 * bootstrap intervals, and whether curve and relevance together give the measured rates.
 */
import { key53, SeededRandom } from '#kernel';
import { DEFAULT_STATISTICS, ExaminationCurve } from '#learning';
import { KDD12_ITEMS, type Kdd12Item } from '../../sources/kdd12.js';

export interface SlotTrial {
  readonly items: Readonly<Record<Kdd12Item, string>>;
  readonly depth: number;
  readonly position: number;
  readonly label: 0 | 1;
}

export interface SlotInterval {
  readonly depth: number;
  readonly position: number;
  readonly examination: number;
  /** 2.5 % and 97.5 % quantiles over resampled items. */
  readonly low: number;
  readonly high: number;
}

export interface SlotRow extends SlotInterval {
  readonly trials: number;
  readonly rate: number;
  /** The baseline: the rate over that of slot 1 of the same depth. */
  readonly ratio: number;
  /** Mean over the slot's trials of the item's clicks per examined impression. */
  readonly relevance: number;
  /** Click rate by the curve and that relevance. */
  readonly predicted: number;
}

export interface SlotCurves {
  readonly slots: readonly SlotRow[];
  readonly controls: readonly { readonly item: Kdd12Item; readonly slots: readonly SlotInterval[] }[];
}

const BOOTSTRAP_SEED = 1;

/** @param live the curve of the model that was played the same trials */
export function slotCurves(
  trials: readonly SlotTrial[],
  item: Kdd12Item,
  live: ExaminationCurve,
  resamples: number,
): SlotCurves {
  const controls = KDD12_ITEMS.map((kind) => ({ item: kind, slots: intervals(trials, kind, resamples) }));
  const chosen = controls.find((control) => control.item === item)!;
  return { slots: described(trials, item, live, chosen.slots), controls };
}

function intervals(trials: readonly SlotTrial[], item: Kdd12Item, resamples: number): SlotInterval[] {
  const keys = trials.map((trial) => key53(trial.items[item]));
  const cells = [...new Map(trials.map((t) => [`${t.depth}.${t.position}`, t])).values()].sort(
    (a, b) => a.depth - b.depth || a.position - b.position,
  );
  const curve = estimated(trials, keys, () => 1);
  const random = new SeededRandom(BOOTSTRAP_SEED);
  const drawn = Array.from({ length: resamples }, () => {
    const copies = new Map<number, number>();
    const resampled = estimated(trials, keys, (key) => {
      const known = copies.get(key) ?? poisson(random);
      copies.set(key, known);
      return known;
    });
    return cells.map(({ position, depth }) => resampled.examination(position, depth));
  });
  return cells.map(({ depth, position }, i) => {
    const values = drawn.map((draw) => draw[i]!).sort((a, b) => a - b);
    return {
      depth,
      position,
      examination: curve.examination(position, depth),
      low: values[Math.floor(0.025 * resamples)]!,
      high: values[Math.min(resamples - 1, Math.floor(0.975 * resamples))]!,
    };
  });
}

/** One pass, with the running click rate as the model's word. @param copies how often an item's trials count */
function estimated(trials: readonly SlotTrial[], keys: readonly number[], copies: (key: number) => number) {
  const curve = new ExaminationCurve(DEFAULT_STATISTICS);
  let [clicks, shown] = [1, 10];
  trials.forEach(({ position, depth, label }, i) => {
    for (let copy = copies(keys[i]!); copy > 0; copy--) {
      // Copies are items of their own: a trial must not meet itself in another slot.
      curve.record(keys[i]! + copy - 1, position, depth, label, clicks / shown);
      clicks += label;
      shown += 1;
    }
  });
  return curve;
}

function described(
  trials: readonly SlotTrial[],
  item: Kdd12Item,
  curve: ExaminationCurve,
  slots: readonly SlotInterval[],
): SlotRow[] {
  const items = new Map<string, { clicks: number; examined: number }>();
  for (const trial of trials) {
    const id = trial.items[item];
    const known = items.get(id) ?? items.set(id, { clicks: 0, examined: 0 }).get(id)!;
    known.clicks += trial.label;
    known.examined += curve.factor(trial.position, trial.depth);
  }
  const relevanceOf = (id: string) => items.get(id)!.clicks / items.get(id)!.examined;
  const rows = slots.map((slot) => {
    const own = trials.filter((t) => t.depth === slot.depth && t.position === slot.position);
    const rate = own.reduce((sum, t) => sum + t.label, 0) / own.length;
    const relevance = own.reduce((sum, t) => sum + relevanceOf(t.items[item]), 0) / own.length;
    const predicted = relevance * curve.factor(slot.position, slot.depth);
    const examination = curve.examination(slot.position, slot.depth);
    return { ...slot, examination, trials: own.length, rate, relevance, predicted };
  });
  return rows.map((row) => ({
    ...row,
    ratio: row.rate / (rows.find((r) => r.depth === row.depth && r.position === 1)?.rate ?? row.rate),
  }));
}

/** Poisson(1), by Knuth's product. */
function poisson(random: SeededRandom): number {
  let count = 0;
  for (let product = random.next(); product > 0.36787944117144233; product *= random.next()) count++;
  return count;
}
