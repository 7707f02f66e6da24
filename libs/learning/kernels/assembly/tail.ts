/** Places in a learner's tail (../slot-rows.ts), in bytes. FTRL's w, z and n stand together with the count shown: one vector. */
export const W_FTRL: usize = 0;
export const Z: usize = 4;
export const N: usize = 8;
export const COUNT_SHOWN: usize = 12;
export const W_FM: usize = 16;
export const W_OLR: usize = 20;
/** Σ g² of the factorisation machine's w, and behind the tail of each factor. */
export const W_SQUARES: usize = 24;
export const COUNT_CLICKED: usize = 28;
export const FACTOR_SQUARES: usize = 32;
