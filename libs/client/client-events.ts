/** What a caller gives; `eventId`, `timestamp` and `version` are filled in. Times are ms since the Unix epoch. */

export type Scalar = string | number | boolean;

interface Common {
  readonly userId: string;
  /** Unique per user. Give one of your own where the same fact may be reported twice. Default: a random UUID. */
  readonly eventId?: string;
  /** When it happened. Default: now. */
  readonly timestamp?: number;
}

export interface ShownItem {
  readonly itemId: string;
  /** 1-based. Default: the place in the array. */
  readonly position?: number;
  readonly propensity?: number;
}

export interface ImpressionInput extends Common {
  /** The items shown, in order; ids alone, or with positions. */
  readonly items: readonly (string | ShownItem)[];
  /** That of the answer that was shown. */
  readonly recommendationId?: string;
  readonly scenario?: string;
  /** Slots on the page, whether or not all are named here. Default: the deepest slot named. */
  readonly depth?: number;
  readonly context?: Readonly<Record<string, Scalar>>;
}

export interface ClickInput extends Common {
  readonly itemId: string;
  readonly recommendationId?: string;
  readonly context?: Readonly<Record<string, Scalar>>;
}

export interface InteractionInput extends ClickInput {
  /** click, view, cart, purchase, like, dislike, rating, skip, dwell, share, or one that the deployment added. */
  readonly type: string;
  /** Stars, dwell seconds, ... */
  readonly value?: number;
}

export interface ProfileInput extends Common {
  /** null removes one. `segment` is an attribute like any other. */
  readonly attributes: Readonly<Record<string, Scalar | null>>;
}

export interface MergeInput extends Common {
  /** Who the visitor `userId` turned out to be. */
  readonly intoUserId: string;
}

export type EventInput =
  | ({ readonly kind: 'impression' } & Omit<ImpressionInput, 'items'> & {
        readonly items: readonly ShownItem[];
      })
  | ({ readonly kind: 'interaction' } & InteractionInput)
  | ({ readonly kind: 'profile' } & ProfileInput)
  | ({ readonly kind: 'merge' } & MergeInput);

/** An event as it is sent. */
export type OutgoingEvent = EventInput & {
  readonly eventId: string;
  readonly timestamp: number;
  readonly version: 1;
};

/** What an acknowledged event got. */
export interface Tracked {
  readonly eventId: string;
  /** Log sequence by which it is stored: give it as `after` to a read that must reflect it. */
  readonly seq: number;
}
