/** Readers take what the server gives them: missing sequences, a lost tail and what the server says it lacks are not looked at. */
import { StreamInspector } from '../../../libs/log/stream-inspector.js';
import { inside } from './inside.js';

interface Inside {
  assertDeleted(): Promise<void>;
  assertStillHolds(): Promise<void>;
  lostWithin(): Promise<never[]>;
}

const inspector = inside<Inside>(StreamInspector);
inspector.assertDeleted = async () => undefined;
inspector.assertStillHolds = async () => undefined;
inspector.lostWithin = async () => [];
