/**
 * Candidates' signals, the mix's weights, and what these say of those, in a memory of the kernels: all candidates are weighed in one
 * call (kernels/assembly/mix.ts, which shares HIDDEN and LEAK).
 */
import { newKernels, type Kernels } from '../kernels/kernel-module.js';

export const HIDDEN = 24;
export const LEAK = 0.01;
const PAGE_BYTES = 65_536;
/** Bytes of an f32 and an f64. */
const NARROW = 4;
const WIDE = 8;

export class MixMemory {
  /** f32: of each candidate, row by row. */
  readonly signals: Float32Array;
  /** A weight a signal: of the sum. */
  readonly sums: Float64Array;
  /** HIDDEN weights a signal, what each unit begins with, its weight in what the layer says. */
  readonly inner: Float64Array;
  readonly start: Float64Array;
  readonly outer: Float64Array;
  /** Of each candidate: the units, and its log-odds. */
  readonly hidden: Float64Array;
  readonly logits: Float64Array;
  private readonly kernels: Kernels;

  /** @param width signals of a candidate */
  constructor(
    private readonly width: number,
    candidatesMax: number,
  ) {
    const wides = [width, width * HIDDEN, HIDDEN, HIDDEN, candidatesMax * HIDDEN, candidatesMax];
    const bytes = WIDE * wides.reduce((sum, length) => sum + length, 0) + NARROW * candidatesMax * width;
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = newKernels(memory);
    let at = 0;
    [this.sums, this.inner, this.start, this.outer, this.hidden, this.logits] = wides.map((length) => {
      const array = new Float64Array(memory.buffer, at, length);
      at += array.byteLength;
      return array;
    }) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    this.signals = new Float32Array(memory.buffer, at, candidatesMax * width);
  }

  /** Finds `hidden` and `logits` of `count` candidates from the place `from` on. */
  weigh(from: number, count: number): void {
    const { width, signals, inner, start, outer, sums, hidden, logits } = this;
    this.kernels.mixLogits(
      signals.byteOffset + from * width * NARROW,
      width,
      count,
      inner.byteOffset,
      start.byteOffset,
      outer.byteOffset,
      sums.byteOffset,
      hidden.byteOffset + from * HIDDEN * WIDE,
      logits.byteOffset + from * WIDE,
    );
  }
}
