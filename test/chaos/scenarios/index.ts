/** All scenarios, in the order of docs/promises.md. */
import type { Scenario } from '../harness/scenario.js';
import { clockJumps } from './clock-jumps.js';
import { cluster } from './cluster.js';
import { damage } from './damage.js';
import { degraded } from './degraded.js';
import { diskFull } from './disk-full.js';
import { duplicates } from './duplicates.js';
import { erasure } from './erasure.js';
import { interleavings } from './interleavings.js';
import { kill9 } from './kill-9.js';
import { logDamage } from './log-damage.js';
import { overload } from './overload.js';
import { poison } from './poison.js';
import { powerCut } from './power-cut.js';
import { rebuild } from './rebuild.js';
import { security } from './security.js';
import { sigterm } from './sigterm.js';
import { takeover } from './takeover.js';
import { zombie } from './zombie.js';

export const SCENARIOS: readonly Scenario[] = [
  kill9,
  duplicates,
  zombie,
  takeover,
  damage,
  logDamage,
  poison,
  overload,
  degraded,
  powerCut,
  diskFull,
  clockJumps,
  sigterm,
  interleavings,
  cluster,
  rebuild,
  erasure,
  security,
];
