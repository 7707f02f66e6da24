/**
 * The inner loops of the learners, in AssemblyScript: compiled to WebAssembly with SIMD by scripts/compile-kernels.mjs. The
 * equations stand in the classes that call them (ftrl-proximal.ts, factorisation-machine.ts, online-logistic-regression.ts).
 *
 * Addresses and strides are in bytes. `tail` is the address of slot 0's tail, `rows` that of its row: see slot-rows.ts, whose
 * layout these files share. No loop allocates, and every operation is IEEE 754 in a fixed order: equal inputs give equal bits on
 * every machine.
 */
export { dot, dotOnGrid, updateFtrl, updateOlr } from './linear';
export { addFactors, addFactorsOnGrid, pairs, initialFactor, bear, updateFm } from './factors';
export { joint, jointOnGrid } from './joint';
export { mixLogits } from './mix';
export { settle } from './grid';
export { sortSlots, writePoints } from './points';
export { countRates } from './rates';
export { touch } from './touch';
