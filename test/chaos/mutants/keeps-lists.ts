/** Lists of who is erased stay in the cache. */
import { LastLists } from '../../../apps/gateway/reads/last-lists.js';
import { inside } from './inside.js';

interface Inside {
  forgetOwn(own: string): Promise<boolean>;
}

inside<Inside>(LastLists).forgetOwn = () => Promise.resolve(true);
