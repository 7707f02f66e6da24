/**
 * FEEDBACK as it happened, held in memory to be learnt from by many models: folded once, played often. In front of each
 * list stands what has to be predicted: its items with the features they had, and which were clicked, known from the
 * outcomes that come later. The slot an item stood in is left out of what is predicted from, as in serving.
 */
import {
  newFeatureVector,
  type Exposure,
  type FeatureVector,
  type FeedbackRecord,
  type Outcome,
} from '#events';
import { appendPosition } from '#features';

/** The events' bound. */
const POSITIONS_MAX = 10_000;

export interface TapedList {
  readonly timestamp: number;
  readonly outcomes: Outcome[];
}

/** One step: a list to be predicted, or a record to be learnt. */
export type Step = { readonly list: TapedList } | { readonly record: FeedbackRecord };

export class Tape {
  readonly steps: Step[] = [];
  /** Shown items whose outcome came. */
  outcomes = 0;
  /** Records beyond `outcomesMax` outcomes were left out. */
  full = false;
  /** By the impression that an exposure and its outcomes come of. */
  private readonly shownBy = new Map<string, TapedList>();
  /** By list and item, as a click names them that takes back a no-click. */
  private readonly listOf = new Map<string, TapedList>();
  private readonly slots = slotIndices();

  constructor(private readonly outcomesMax: number) {}

  /** Takes one record, in the order of FEEDBACK, and keeps it. */
  add(record: FeedbackRecord): void {
    if (this.outcomes >= this.outcomesMax) this.full = true;
    if (this.full) return;
    if (record.kind === 'exposure') this.open(record);
    else if (record.kind === 'outcome') this.judge(record);
    this.steps.push({ record });
  }

  /** Lists with at least one outcome, in order of time. */
  lists(): TapedList[] {
    return this.steps.flatMap((step) => ('list' in step && step.list.outcomes.length > 0 ? [step.list] : []));
  }

  private open(exposure: Exposure): void {
    const list: TapedList = { timestamp: exposure.timestamp, outcomes: [] };
    this.shownBy.set(causeOf(exposure), list);
    this.steps.push({ list });
  }

  /** An outcome, or a click that revises one: only the last word on an item counts. */
  private judge(outcome: Outcome): void {
    const name = `${outcome.listKey}:${outcome.itemKey}`;
    if (outcome.revises) {
      const list = this.listOf.get(name);
      const at = list?.outcomes.findIndex(({ itemKey }) => itemKey === outcome.itemKey) ?? -1;
      if (at >= 0) list!.outcomes[at] = { ...list!.outcomes[at]!, label: 1 };
      return;
    }
    this.outcomes++;
    const list = this.shownBy.get(causeOf(outcome));
    if (list) this.listOf.set(name, list);
    list?.outcomes.push({ ...outcome, features: this.asServed(outcome.features) });
  }

  private asServed({ indices, values, length }: FeatureVector): FeatureVector {
    const served = newFeatureVector(length);
    for (let i = 0; i < length; i++) {
      if (this.slots.has(indices[i]!)) continue;
      served.indices[served.length] = indices[i]!;
      served.values[served.length++] = values[i]!;
    }
    return served;
  }
}

const causeOf = ({ cause }: FeedbackRecord): string => `${cause.sequence}:${cause.index}`;

/** Every feature that a slot can have. */
function slotIndices(): Set<number> {
  const indices = new Set<number>();
  for (let position = 1; position <= POSITIONS_MAX; position++) {
    const out = newFeatureVector(1);
    appendPosition(out, position);
    indices.add(out.indices[0]!);
  }
  return indices;
}
