/** No event was ever seen before. */
import { SeenEvents } from '../../../libs/interest/seen-events.js';
import { inside } from './inside.js';

inside<{ has(key: number): boolean }>(SeenEvents).has = () => false;
