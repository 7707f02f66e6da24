/**
 * What a list needs lies all over the memory. Reading a word of each before any is learnt lets the processor wait for all of them at
 * once, where learning would wait for one after the other. It changes nothing but the time (kernels/assembly/touch.ts does the same for rows).
 */
import type { Exposure } from '#events';
import type { ExposureMemory } from './exposure-memory.js';
import type { HeldSample } from './held-lists.js';
import type { Tables } from './tables.js';

export class ReadAhead {
  /** Of what was read, so that no compiler leaves the reads out. */
  seen = 0;

  constructor(
    private readonly tables: Pick<Tables, 'examination' | 'statistics'>,
    private readonly exposures: ExposureMemory,
  ) {}

  /** Of the samples of a list that are about to be learnt. */
  samples(samples: readonly HeldSample[]): void {
    let seen = 0;
    for (const { features, reading, itemKey, timestamp } of samples)
      seen +=
        features.indices[0]! +
        features.values[0]! +
        reading.popularity +
        this.exposures.touch(itemKey, timestamp) +
        this.tables.examination.touch(itemKey);
    this.seen = seen;
  }

  /** Of the items of a list that was shown. */
  items({ itemKeys, timestamp }: Exposure): void {
    let seen = 0;
    for (let i = 0; i < itemKeys.length; i++)
      seen +=
        this.tables.statistics.impressions(itemKeys[i]!) + this.exposures.touch(itemKeys[i]!, timestamp);
    this.seen = seen;
  }
}
