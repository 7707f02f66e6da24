/**
 * Events of our own, one JSON object a line: lines of `rekappa export`, or events as clients send them. What only hosts and gateways
 * write (`served`, `tick`, `erase` …) is refused, and so is what is sealed: here it would be somebody else's.
 */
import { isUserEvent, parseEvent, PUBLIC_KINDS } from '#events';
import { openMappedLines } from './mapped-lines.js';
import type { Mapped } from './metarank.js';
import type { EventSource } from './source.js';

const KINDS: readonly string[] = [...PUBLIC_KINDS, 'upsert', 'hide', 'delete'];

/** @param viaGateway its bulk interface takes items: `hide` and `delete` have no place in it */
export function openEvents(path: string, viaGateway: boolean): Promise<EventSource> {
  return openMappedLines(path, (line) => mapEventLine(line, viaGateway));
}

export function mapEventLine(line: string, viaGateway: boolean): Mapped {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const parsed = parseEvent(eventIn(value));
  if (!parsed.ok) return { ok: false, reason: parsed.rejection.message };
  const { event } = parsed;
  if (!KINDS.includes(event.kind))
    return { ok: false, reason: `${event.kind} is written by the system itself` };
  if (viaGateway && !isUserEvent(event) && event.kind !== 'upsert')
    return { ok: false, reason: `${event.kind} goes in with --nats only` };
  return parsed;
}

/** No event has a field of this name. */
function eventIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'event' in value ? value.event : value;
}
