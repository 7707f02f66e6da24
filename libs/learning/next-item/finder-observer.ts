import type { FINDERS } from './candidate-limits.js';

/** Hears each time that a finder has worked, or (`mix`) that something was done with what they all found. It may time that. */
export type FinderObserver = (finder: (typeof FINDERS)[number] | 'mix') => void;
