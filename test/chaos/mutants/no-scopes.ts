/** Every key has every scope. */
import { everyKey } from './every-key.js';

everyKey({ scopes: ['admin'] });
