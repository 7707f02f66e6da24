/** Every process believes its own wall clock. */
import { NeverBackClock, ToldClock } from '#kernel';
import { inside } from './inside.js';

for (const clock of [ToldClock, NeverBackClock]) inside<{ now(): number }>(clock).now = () => Date.now();
