/** Whether the end of the log can be read is not looked at before anything is appended behind it. */
import { AppendGate } from '../../../libs/log/append-gate.js';
import { inside } from './inside.js';

inside<{ pass(append: () => Promise<number>): Promise<number> }>(AppendGate).pass = (append) => append();
