/**
 * A stream that lost its last messages looks whole. What was saved elsewhere with a later sequence is the witness: a
 * checkpoint of users, a snapshot of the model.
 */
export interface Witness {
  readonly stream: string;
  /** It had read the stream up to here. */
  readonly sequence: number;
  readonly who: string;
}

/** One sentence a stream that ends before what a witness has read. */
export function lostTails(
  streams: readonly { readonly stream: string; readonly head: number }[],
  witnesses: readonly Witness[],
): string[] {
  return streams.flatMap(({ stream, head }) => {
    const furthest = witnesses
      .filter((witness) => witness.stream === stream && witness.sequence > head)
      .sort((a, b) => b.sequence - a.sequence)[0];
    return furthest
      ? [
          `${stream} ends at ${head}, but ${furthest.who} has read ${head + 1}-${furthest.sequence}: its tail is lost`,
        ]
      : [];
  });
}
