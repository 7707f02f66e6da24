/**
 * Branded identifiers. A value of these types was checked at an edge; inside the house it is trusted.
 */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Any 1..256 bytes of UTF-8. */
export type UserId = Branded<string, 'UserId'>;
/** Any 1..256 bytes of UTF-8. */
export type ItemId = Branded<string, 'ItemId'>;
/** Chosen by the publisher; an event with an id already seen within the dedupe horizon changes nothing. */
export type EventId = Branded<string, 'EventId'>;
/** Lease generation of a partition. Grows with every change of owner. */
export type Epoch = Branded<number, 'Epoch'>;
/** 0 .. partitionCount − 1. */
export type Partition = Branded<number, 'Partition'>;

/** Longest accepted user, item or event id, in bytes of UTF-8. */
export const ID_BYTES_MAX = 256;

export const asUserId = (id: string): UserId => id as UserId;
export const asItemId = (id: string): ItemId => id as ItemId;
export const asEventId = (id: string): EventId => id as EventId;
export const asEpoch = (value: number): Epoch => value as Epoch;
export const asPartition = (value: number): Partition => value as Partition;

/**
 * A place in LOG: the frame's stream sequence and the event's index inside that frame.
 * It orders all facts of a namespace totally.
 */
export interface LogPosition {
  readonly sequence: number;
  readonly index: number;
}

export function comparePositions(a: LogPosition, b: LogPosition): number {
  return a.sequence - b.sequence || a.index - b.index;
}
