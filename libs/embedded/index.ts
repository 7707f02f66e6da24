/**
 * NATS, Postgres and Redis as child processes in a folder of one's own: found or fetched, started, watched
 * and stopped, without root, without containers, and without touching servers that already run on the machine.
 */
export { freePort, freePortPreferring, isPortFree } from './free-port.js';
export { launch, type Child, type ExitStatus, type LaunchOptions } from './child.js';
export {
  endLeftover,
  isRunning,
  ownRecord,
  readPidFile,
  removePidFile,
  writePidFile,
  type PidRecord,
} from './pid-file.js';
export { defaultCacheFolder, locateServer, type LocatedServer, type ServerName } from './locate-server.js';
export type { EmbeddedServer } from './embedded-server.js';
export { withHugePages } from './huge-pages.js';
export { watchLiveness, type LivenessWatchOptions } from './liveness-watch.js';
export { unpackDebianPackages } from './debian-package.js';
export { startNats, type NatsOptions } from './nats-server.js';
export { startRedis, type RedisOptions } from './redis-server.js';
export { initialisePostgres } from './postgres-data.js';
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres-server.js';
