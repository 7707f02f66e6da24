/**
 * What a person sees of a running Rekappa: few lines, one a happening. Everything the processes say goes to
 * their log files; of that, only problems come here, and repeated ones are counted instead of repeated.
 */
import { parseLogLine } from './log-line.js';

const NAME_WIDTH = 9;
/** The same problem of the same process is shown again after this, ms. */
const REPEAT_MS = 10_000;
const REMEMBERED_MAX = 200;
const COLOURS = { ok: 32, info: 36, warning: 33, error: 31, dim: 2 } as const;

export class UpConsole {
  private readonly shown = new Map<string, { at: number; hidden: number }>();

  constructor(
    private readonly out: { write(text: string): unknown; isTTY?: boolean } = process.stdout,
    private readonly now: () => number = () => performance.now(),
  ) {}

  line(text = ''): void {
    this.out.write(`${text}\n`);
  }

  /** A step of the start that is done. */
  done(what: string, startedAt?: number): void {
    const time =
      startedAt === undefined ? '' : this.paint('dim', `  ${((this.now() - startedAt) / 1000).toFixed(1)} s`);
    this.line(`${this.paint('ok', '✓')} ${what}${time}`);
  }

  note(name: string, text: string): void {
    this.entry('info', name, text);
  }

  warn(name: string, text: string): void {
    this.entry('warning', name, text);
  }

  /** A line of a process' output: shown when it tells of a problem. */
  processLine(name: string, line: string): void {
    const entry = parseLogLine(line);
    if (entry === undefined || entry.severity === 'info') return;
    const hidden = this.repeats(`${name} ${entry.text}`);
    if (hidden === undefined) return;
    this.entry(entry.severity, name, hidden > 0 ? `${entry.text} (and ${hidden} times before)` : entry.text);
  }

  /** @returns how often it was hidden since it was last shown; undefined when it is to be hidden now. */
  private repeats(key: string): number | undefined {
    const before = this.shown.get(key);
    if (before && this.now() - before.at < REPEAT_MS) {
      before.hidden += 1;
      return undefined;
    }
    if (this.shown.size >= REMEMBERED_MAX) this.shown.clear();
    this.shown.set(key, { at: this.now(), hidden: 0 });
    return before?.hidden ?? 0;
  }

  private entry(colour: 'info' | 'warning' | 'error', name: string, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    this.line(`${this.paint('dim', time)} ${this.paint(colour, name.padEnd(NAME_WIDTH))} ${text}`);
  }

  private paint(colour: keyof typeof COLOURS, text: string): string {
    return this.out.isTTY && !process.env['NO_COLOR'] ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}
