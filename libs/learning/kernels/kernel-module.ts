/** The compiled kernels (assembly/learners.ts), loaded once a process. */
import { COMPILED_LEARNERS } from './compiled-learners.js';

/** Addresses and strides in bytes; see assembly/learners.ts. */
export interface Kernels {
  dot(column: number, stride: number, slots: number, values: number, length: number, sum: number): number;
  dotOnGrid: Kernels['dot'];
  updateFtrl(
    tails: number,
    stride: number,
    slots: number,
    values: number,
    length: number,
    spare: number,
    gradient: number,
    perAlpha: number,
    beta: number,
    l1: number,
    l2: number,
  ): number;
  updateOlr(
    tails: number,
    stride: number,
    slots: number,
    values: number,
    length: number,
    step: number,
  ): number;
  addFactors(
    rows: number,
    stride: number,
    blocks: number,
    slots: number,
    values: number,
    length: number,
    sums: number,
  ): void;
  addFactorsOnGrid: Kernels['addFactors'];
  pairs(sums: number, blocks: number): number;
  initialFactor(slot: number, factor: number, seed: number, scale: number): number;
  bear(
    rows: number,
    stride: number,
    blocks: number,
    factors: number,
    slots: number,
    values: number,
    length: number,
    sums: number,
    seed: number,
    scale: number,
  ): void;
  updateFm(
    rows: number,
    stride: number,
    blocks: number,
    slots: number,
    values: number,
    length: number,
    sums: number,
    gradient: number,
    alpha: number,
    l2: number,
  ): number;
  joint(
    rows: number,
    stride: number,
    blocks: number,
    slots: number,
    values: number,
    from: number,
    to: number,
    opened: number,
    sums: number,
  ): number;
  jointOnGrid: Kernels['joint'];
  mixLogits(
    signals: number,
    width: number,
    count: number,
    inner: number,
    start: number,
    outer: number,
    sums: number,
    hidden: number,
    out: number,
  ): void;
  settle(): void;
  sortSlots(slots: number, count: number, bits: number, scratch: number): void;
  writePoints(
    slots: number,
    count: number,
    rows: number,
    stride: number,
    blocks: number,
    factors: number,
    out: number,
  ): number;
  countRates(waiting: number, length: number, tails: number, stride: number): void;
  touch(rows: number, stride: number, slots: number, length: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels over a memory of their own. */
export function newKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(COMPILED_LEARNERS, 'base64'));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}
