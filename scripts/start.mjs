/** `npm start [-- flags]`: makes the clone ready, then `rekappa up` with the flags. */
import { ensureReady } from './ensure-ready.mjs';
import { rekappa } from './rekappa.mjs';

ensureReady();
await rekappa(['up', ...process.argv.slice(2)]);
