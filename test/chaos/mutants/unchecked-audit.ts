/** Whoever walks the audit trail compares the hashes that stand in it, and never makes one of what an entry says. */
import { AUDIT_GENESIS, AuditTrail, type AuditWalk } from '#log';
import { inside } from './inside.js';

interface Inside {
  walk(): Promise<AuditWalk>;
}

const trail = inside<Inside>(AuditTrail);
const walk = trail.walk;
trail.walk = async function () {
  const walked = await walk.call(this);
  const { entries } = walked;
  const broken = entries.filter(({ previous }, i) => previous !== (entries[i - 1]?.hash ?? AUDIT_GENESIS));
  return { ...walked, broken: broken.map(({ sequence }) => sequence) };
};
