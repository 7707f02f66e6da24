/** What the runtime must know about a kind of actor; everything else about its state is the kind's own affair. */
export interface ActorKind<S> {
  /** A fresh state for an id that nothing is known about. Pure. */
  create(id: string): S;
  /** Canonical: the same state gives the same bytes. */
  encode(state: S): Uint8Array;
  /** @throws when the bytes are not a state of this kind */
  decode(bytes: Uint8Array): S;
  /** The state in few bytes, for the memory of this process alone; exact: it goes on as the one that was packed. */
  pack(state: S): Uint8Array;
  /** The packed bytes in fewer, for one that is not expected back soon. */
  squeeze(packed: Uint8Array): Uint8Array;
  /** @param bytes of `pack` or of `squeeze` */
  unpack(bytes: Uint8Array): S;
  /** Estimate of the memory one resident state takes, bytes. */
  bytes(state: S): number;
}

/** Fetches stored states; an id without one is absent from the answer. */
export type ActorLoader = (ids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>;
