/** A line that one of our processes wrote: pino's JSON, or plain text such as a stack trace. */
export interface LogEntry {
  severity: 'info' | 'warning' | 'error';
  text: string;
  /** Of the line that says where the process listens. */
  http?: string;
}

const TEXT_LENGTH_MAX = 240;

/** @returns undefined for text that is not a log entry. */
export function parseLogLine(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, http, err, error } = JSON.parse(line) as Record<string, unknown>;
    return {
      severity: severityOf(level),
      text: describe(msg, err ?? error),
      http: typeof http === 'string' && msg === 'listening' ? http : undefined,
    };
  } catch {
    return undefined;
  }
}

/** pino's labels or its numbers. */
function severityOf(level: unknown): LogEntry['severity'] {
  if (level === 'error' || level === 'fatal' || (typeof level === 'number' && level >= 50)) return 'error';
  return level === 'warn' || level === 40 ? 'warning' : 'info';
}

function describe(message: unknown, error: unknown): string {
  const cause = typeof error === 'string' ? error : (error as { message?: unknown } | undefined)?.message;
  const text = [message, cause].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}
