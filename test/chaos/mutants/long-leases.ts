/** Leases live three times as long as they are said to. */
import { NatsLeaseStore } from '#log';

const open = NatsLeaseStore.open.bind(NatsLeaseStore);
NatsLeaseStore.open = (connection, settings) =>
  open(connection, { ...settings, actors: { leaseMs: settings.actors.leaseMs * 3 } });
