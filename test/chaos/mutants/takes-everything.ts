/** The gateway begins to work on every request, however many it has. */
import { IntakeGate } from '../../../apps/gateway/http/intake-gate.js';
import { inside } from './inside.js';

inside<{ refusal(): undefined }>(IntakeGate).refusal = () => undefined;
