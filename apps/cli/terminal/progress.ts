/**
 * Progress of a long command on stderr: a bar with rate and time left on a terminal, otherwise a plain line
 * every few seconds. Results go to stdout, so that `--json` output stays clean.
 */
import cliProgress from 'cli-progress';

const PLAIN_EVERY_MS = 5_000;
const REDRAW_EVERY_MS = 100;

export interface ProgressOptions {
  readonly label: string;
  /** Of `position`; undefined when the end is not known. */
  readonly total?: number;
  /** What `count` counts: events, records. */
  readonly unit: string;
  readonly stream?: NodeJS.WriteStream;
}

export class Progress {
  private readonly startedAt = performance.now();
  private readonly stream: NodeJS.WriteStream;
  private readonly bar: cliProgress.SingleBar | undefined;
  private lastAt = -Infinity;

  constructor(private readonly options: ProgressOptions) {
    this.stream = options.stream ?? process.stderr;
    if (!this.stream.isTTY) return;
    const format =
      options.total === undefined ? ' {label} {counted}' : ' {label} [{bar}] {percentage} % · {counted}';
    this.bar = new cliProgress.SingleBar(
      { format, stream: this.stream, hideCursor: true, clearOnComplete: false, barsize: 30 },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(options.total ?? 0, 0, { label: options.label, counted: '' });
  }

  /** @param position in the unit of `total`. @param count what the rate is counted in; default: the position. */
  update(position: number, count = position): void {
    const now = performance.now();
    if (now - this.lastAt < (this.bar ? REDRAW_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.lastAt = now;
    this.draw(position, count);
  }

  stop(position: number, count = position): void {
    this.draw(position, count);
    this.bar?.stop();
  }

  private draw(position: number, count: number): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const counted = describeProgress(position, this.options.total, count, seconds, this.options.unit);
    if (this.bar) this.bar.update(Math.min(position, this.options.total ?? 0), { counted });
    else this.stream.write(`${this.options.label}: ${counted}\n`);
  }
}

/** `12,000 events · 5,400/s · 0:12 left` */
export function describeProgress(
  position: number,
  total: number | undefined,
  count: number,
  seconds: number,
  unit: string,
): string {
  const parts = [`${count.toLocaleString('en')} ${unit}`];
  if (seconds > 0 && count > 0) parts.push(`${Math.round(count / seconds).toLocaleString('en')}/s`);
  if (total !== undefined && position > 0 && position < total)
    parts.push(`${clock((seconds * (total - position)) / position)} left`);
  else parts.push(`in ${clock(seconds)}`);
  return parts.join(' · ');
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const pad = (n: number): string => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
