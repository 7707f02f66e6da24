/** A key is good in every namespace. */
import { everyKey } from './every-key.js';

everyKey({ namespace: undefined });
