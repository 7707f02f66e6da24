/** Event ids are remembered for an hour of event time only. */
import { SeenEvents } from '../../../libs/interest/seen-events.js';
import { inside } from './inside.js';

const HOUR_MS = 3_600_000;

interface Inside {
  add(key: number, at: number, latest: number, horizonMs: number, max: number): void;
}

const seen = inside<Inside>(SeenEvents);
const add = seen.add;
seen.add = function (key, at, latest, _horizonMs, max) {
  add.call(this, key, at, latest, HOUR_MS, max);
};
