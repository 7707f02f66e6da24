/** One input of the fuzzer. */
export interface HttpInput {
  readonly door: 'http';
  /** `POST /v1/events`. */
  readonly route: string;
  readonly bytes: Buffer;
  /** The framing is sound: an answer is owed, and in the house's shape. */
  readonly framed: boolean;
  readonly bodiless: boolean;
}

export interface NatsInput {
  readonly door: 'nats';
  /** `log.user.*`, `ingest.upsert`. */
  readonly route: string;
  readonly subject: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly payload: Buffer;
  /** Without one nobody waits for an answer. */
  readonly wantsReply: boolean;
}

export type Input = (HttpInput | NatsInput) & { readonly did: readonly string[] };
