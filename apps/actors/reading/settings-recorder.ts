/**
 * Writes the settings of the fold into LOG, unless they stand there as the last ones: once a host starts with others, all hosts fold by
 * them from that place on, and so does whoever folds the log again. The host that started last decides.
 *
 * Where it cannot be written this host folds by what stands in the log, as all others do.
 */
import { createHash } from 'node:crypto';
import { EVENT_VERSION, type SettingsEvent } from '#events';
import { changedSettings, recordedSettings, type SettingsHistory } from '#interest';
import { retry, type Clock } from '#kernel';
import { appendEvents, type LogTopology } from '#log';
import type { Logger } from '#observability';

const ATTEMPTS = 3;

export interface RecorderPorts {
  readonly topology: Pick<LogTopology, 'log' | 'subjects'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns LOG sequence of what it wrote, 0 for nothing */
export async function recordSettings(history: SettingsHistory, ports: RecorderPorts): Promise<number> {
  const { configured, newest } = history;
  const changed = newest ? changedSettings(newest, configured) : [];
  if (newest && changed.length === 0) return 0;
  const { topology, logger } = ports;
  const event = settingsEvent(history, ports.clock.now());
  try {
    const sequence = await retry(
      () => appendEvents(topology.log, topology.subjects.item, [event], event.eventId),
      { attempts: ATTEMPTS, baseMs: 100, capMs: 1_000 },
    );
    if (newest) logger.info({ changed }, 'from here on the log is folded with other settings');
    return sequence;
  } catch (error) {
    logger.error(
      { err: error, changed },
      'the settings could not be written into the log: users are folded by those that stand there',
    );
    return 0;
  }
}

/** Hosts that start at the same time with the same settings make one entry: its id is theirs. */
function settingsEvent({ configured, through }: SettingsHistory, now: number): SettingsEvent {
  const settings = recordedSettings(configured);
  const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return {
    kind: 'settings',
    eventId: `settings-${through}-${hash.slice(0, 16)}`,
    timestamp: Math.floor(now),
    version: EVENT_VERSION,
    settings,
  };
}
