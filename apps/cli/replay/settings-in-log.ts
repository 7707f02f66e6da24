/** Which settings the log was folded by, read ahead of a rebuild: the first ones hold for what stands in front of them, too. */
import { decodeItemFrame } from '#events';
import { changedSettings, SettingsHistory, type FoldSettings } from '#interest';
import type { LogTopology } from '#log';

const KIND = Buffer.from('"settings"');

/** @param configured for a log that says nothing of them. @param asked hold everywhere all the same */
export async function settingsInLog(
  { log, subjects }: Pick<LogTopology, 'log' | 'subjects'>,
  configured: FoldSettings,
  signal: AbortSignal,
  asked: Partial<FoldSettings> = {},
): Promise<SettingsHistory> {
  const history = new SettingsHistory(configured, asked);
  const head = await log.head();
  if (head === 0) return history;
  for await (const batch of log.read({ from: 1, until: head, subject: subjects.item, signal })) {
    for (const message of batch) {
      if (!Buffer.from(message.payload).includes(KIND)) continue; // decoding a whole catalogue takes long
      for (const entry of decodeItemFrame(message))
        if ('event' in entry && entry.event.kind === 'settings')
          history.record(message.sequence, entry.event);
    }
  }
  return history;
}

/** Where `asked` differs from `present`. */
export function askedSettings(present: FoldSettings, asked: FoldSettings): Partial<FoldSettings> {
  return Object.fromEntries(changedSettings(present, asked).map((name) => [name, asked[name]]));
}
