/**
 * Many cases against one system, several at once, in rounds: after each the whole system must be well. Case k of a seed is
 * the same for ever, so a defect is replayed by its two numbers; what only shows after the round, by the round's.
 */
import { errorMessage } from '#kernel';
import type { Input, NatsInput } from './doors/input.js';
import { inputOf } from './doors/input-of.js';
import { operationsOf, type OpenApiDocument, type Operation } from './doors/http-inputs.js';
import type { NatsWorld } from './doors/nats-inputs.js';
import { withKey } from './doors/http-bytes.js';
import { exchange } from './doors/raw-http.js';
import type { Target } from './target.js';
import { httpDefect, natsDefect } from './verdict.js';
import { headers as natsHeaders } from '@nats-io/transport-node';

/** An answer later than this is a hang, ms. */
const DEADLINE_MS = 20_000;
const AT_ONCE = 8;
const ROUND = 50;
/** Beyond these a run tells nothing more. */
const DEFECTS_MAX = 20;

export interface CampaignOptions {
  readonly seed: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Of performance.now(). */
  readonly endAt: number;
  readonly onRound?: (done: number, defects: number) => void;
}

export interface Defect {
  readonly what: string;
  readonly route?: string;
  readonly did?: readonly string[];
  /** Its bytes, printable. */
  readonly input?: string;
  readonly replay: string;
}

export interface CampaignResult {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  readonly defects: readonly Defect[];
  /** How often each door answered what: `POST /v1/events` → `202`. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export class Campaign {
  private readonly defects: Defect[] = [];
  private readonly answers: Record<string, Record<string, number>> = {};

  private constructor(
    private readonly target: Target,
    private readonly operations: readonly Operation[],
    private readonly world: NatsWorld,
    private readonly options: CampaignOptions,
  ) {}

  static async run(target: Target, options: CampaignOptions): Promise<CampaignResult> {
    const operations = operationsOf((await target.openApi()) as OpenApiDocument);
    const questions = operations.flatMap(({ template, body }) =>
      body && /recommendations|rank/.test(template) ? [body.schema] : [],
    );
    return new Campaign(target, operations, { partitions: target.partitions, questions }, options).rounds();
  }

  private async rounds(): Promise<CampaignResult> {
    const { seed, from, to, endAt } = this.options;
    const startedAt = performance.now();
    let next = from;
    while (next < to && performance.now() < endAt && this.defects.length < DEFECTS_MAX) {
      const end = Math.min(to, next + ROUND);
      await this.round(next, end);
      const ailments = await this.target.ailments();
      for (const what of ailments) this.defects.push({ what, replay: replayOf(seed, next, end) });
      next = end;
      this.options.onRound?.(next - from, this.defects.length);
      if (ailments.some((what) => /^(crash|stalled)/.test(what))) break;
    }
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { seed, cases: next - from, seconds, defects: this.defects, answers: this.answers };
  }

  private async round(from: number, to: number): Promise<void> {
    let next = from;
    const worker = async (): Promise<void> => {
      while (next < to && this.target.deaths().length === 0) await this.one(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  private async one(index: number): Promise<void> {
    const input = inputOf(this.options.seed, index, this.operations, this.world);
    const { outcome, defect } = await this.send(input);
    const counts = (this.answers[input.route] ??= {});
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (defect === undefined || this.defects.length >= DEFECTS_MAX) return;
    const { route, did } = input;
    const bytes = input.door === 'http' ? input.bytes : input.payload;
    const replay = replayOf(this.options.seed, index, index + 1);
    this.defects.push({ what: defect, route, did, input: printable(bytes), replay });
  }

  private async send(input: Input): Promise<{ outcome: string; defect: string | undefined }> {
    if (input.door === 'nats') return this.overNats(input);
    const { hostname: host, port } = this.target.url;
    const { framed, bodiless } = input;
    const { key } = this.target;
    const bytes = key === undefined ? input.bytes : withKey(input.bytes, key);
    const answered = await exchange({
      ...{ host, port: Number(port), bytes, bodiless },
      deadlineMs: DEADLINE_MS,
      halfClose: !framed,
    });
    const outcome = answered.outcome === 'answer' ? String(answered.status) : answered.outcome;
    return { outcome, defect: httpDefect(input, answered) };
  }

  private async overNats(input: NatsInput): Promise<{ outcome: string; defect: string | undefined }> {
    const { subject, payload, wantsReply } = input;
    const headers = natsHeaders();
    for (const [name, value] of input.headers) headers.set(name, value);
    const options = input.headers.length > 0 ? { headers } : {};
    if (!wantsReply) {
      this.target.nats.publish(subject, payload, options);
      return { outcome: 'sent', defect: undefined };
    }
    if (payload.length > (this.target.nats.info?.max_payload ?? 0))
      return { outcome: 'too large', defect: undefined };
    try {
      const { data } = await this.target.nats.request(subject, payload, { timeout: DEADLINE_MS, ...options });
      const defect = natsDefect(data);
      const refused = Buffer.from(data).toString('utf8').startsWith('{"error"');
      return { outcome: defect ? 'failed' : refused ? 'refused' : 'answered', defect };
    } catch (error) {
      // A partition that does not exist has no subscriber.
      const nobody = /no responders/i.test(`${(error as Error).name} ${errorMessage(error)}`);
      return nobody
        ? { outcome: 'nobody', defect: undefined }
        : { outcome: 'hang', defect: natsDefect(undefined) };
    }
  }
}

function replayOf(seed: number, from: number, to: number): string {
  return `npm run fuzz -- --seed ${seed} --case ${to === from + 1 ? from : `${from}-${to - 1}`}`;
}

const PRINTED_BYTES = 600;
function printable(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, PRINTED_BYTES)).toString('latin1'));
  return bytes.length > PRINTED_BYTES ? `${text} … ${bytes.length} bytes` : text;
}
