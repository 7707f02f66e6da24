/** A request costs one, however many events it holds. */
import { RateLimits } from '../../../apps/gateway/access/rate-limits.js';
import { inside } from './inside.js';

interface Inside {
  take(key: string, events: number, perSecond: number, now: number): number;
}

const limits = inside<Inside>(RateLimits);
const take = limits.take;
limits.take = function (key, _events, perSecond, now) {
  return take.call(this, key, 1, perSecond, now);
};
