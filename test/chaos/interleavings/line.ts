/**
 * The way between one process and its servers. Each call waits for its turn, which the schedule decides; it can be lost
 * before or after its effect. A frozen line holds everything back; a dead one never answers again, though what was sent may
 * still arrive.
 */
import type fc from 'fast-check';
import { AppError, type ErrorCode } from '#kernel';
import type { EventLog, LogMessage, LogTopology } from '#log';

export type Fate = 'fine' | 'lost before' | 'lost after';

export interface Schedule {
  readonly scheduler: fc.Scheduler;
  /** What becomes of the next call. */
  fate(): Fate;
  count(what: string): void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export class Line {
  private dead = false;
  private frozen: { readonly until: Promise<void>; readonly thaw: () => void } | undefined;

  constructor(
    readonly name: string,
    private readonly schedule: Schedule,
  ) {}

  get cut(): boolean {
    return this.dead || this.frozen !== undefined;
  }

  freeze(): void {
    if (this.frozen) return;
    let thaw: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (thaw = resolve));
    this.frozen = { until, thaw };
  }

  thaw(): void {
    this.frozen?.thaw();
    this.frozen = undefined;
  }

  die(): void {
    this.dead = true;
    this.thaw();
  }

  /** @param lost what the caller is told when the call or its answer was lost; absent: this call cannot get lost */
  async call<T>(what: string, effect: () => Promise<T>, lost?: ErrorCode): Promise<T> {
    if (this.dead) return never();
    const fate = lost === undefined ? 'fine' : this.schedule.fate();
    await this.schedule.scheduler.schedule(Promise.resolve(), `${this.name}: ${what}`);
    await this.frozen?.until;
    if (this.dead && fate !== 'fine') return never();
    if (fate === 'lost before') throw new AppError(lost!, 'lost on its way');
    const done = await effect().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ('error' in done && isRefusal(done.error)) this.schedule.count('writes refused by epoch or sequence');
    if (this.dead) return never();
    if (fate === 'lost after') throw new AppError(lost!, 'the answer was lost');
    if ('error' in done) throw done.error;
    return done.value;
  }

  log(log: EventLog): EventLog {
    const lost = 'REK_LOG_UNAVAILABLE';
    const { call } = this.bound();
    return {
      name: log.name,
      append: (subject, payload, options) =>
        call(`append ${subject}`, () => log.append(subject, payload, options), lost),
      read: (options) => this.read(log, options),
      last: (subject) => call(`last ${subject}`, () => log.last(subject), lost),
      head: () => call('head', () => log.head()),
      count: (subject) => log.count(subject),
      remove: (sequence) => log.remove(sequence),
    };
  }

  topology(topology: LogTopology): LogTopology {
    const { log, feedback, model, dead, audit } = topology;
    const via = (each: EventLog): EventLog => this.log(each);
    return {
      ...topology,
      log: via(log),
      feedback: via(feedback),
      model: via(model),
      dead: via(dead),
      audit: via(audit),
    };
  }

  private bound(): Pick<Line, 'call'> {
    return { call: this.call.bind(this) as Line['call'] };
  }

  private async *read(log: EventLog, options: Parameters<EventLog['read']>[0]): AsyncGenerator<LogMessage[]> {
    for await (const batch of log.read(options)) {
      await this.call('deliver', () => Promise.resolve());
      if (options.signal?.aborted) return;
      yield batch;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'REK_STALE_EPOCH';
}
