/** Who runs this command, for the audit trail. */
import { hostname, userInfo } from 'node:os';
import { systemClock } from '#kernel';
import { AuditTrail, type LogTopology } from '#log';

export async function audit(
  topology: LogTopology,
  action: string,
  target: string,
  details?: string,
): Promise<void> {
  await new AuditTrail(topology.audit, systemClock).record({ actor: operator(), action, target, details });
}

function operator(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}@${hostname()}`; // a user without an entry in passwd
  }
}
