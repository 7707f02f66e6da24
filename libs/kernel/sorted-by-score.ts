/**
 * Orders places (small integers) by the numbers that belong to them, without an object, a closure or a call a comparison:
 * requests do it several times. A merge sort, so it is stable.
 */

/** Runs this short are sorted by insertion. */
const RUN = 12;
let spare = new Int32Array(1024);

/**
 * @param places sorted in place, the greatest score first; those of equal scores keep their order
 * @param scores by place; none is NaN
 * @param ties by place: among equal scores the smaller goes first
 * @returns `places`
 */
export function sortedByScore(places: Int32Array, scores: Float64Array, ties?: Float64Array): Int32Array {
  const n = places.length;
  if (spare.length < n) spare = new Int32Array(n * 2);
  for (let from = 0; from < n; from += RUN)
    insertionSort(places, from, Math.min(n, from + RUN), scores, ties);
  let source: Int32Array = places;
  let target: Int32Array = spare;
  for (let width = RUN; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width)
      merge(source, target, from, Math.min(n, from + width), Math.min(n, from + 2 * width), scores, ties);
    [source, target] = [target, source];
  }
  if (source !== places) places.set(source.subarray(0, n));
  return places;
}

function insertionSort(
  places: Int32Array,
  from: number,
  to: number,
  scores: Float64Array,
  ties: Float64Array | undefined,
): void {
  for (let i = from + 1; i < to; i++) {
    const place = places[i]!;
    let at = i;
    for (; at > from && goesBefore(place, places[at - 1]!, scores, ties); at--) places[at] = places[at - 1]!;
    places[at] = place;
  }
}

/** Merges [from, middle) and [middle, to), each sorted, into the same range of `target`. */
function merge(
  source: Int32Array,
  target: Int32Array,
  from: number,
  middle: number,
  to: number,
  scores: Float64Array,
  ties: Float64Array | undefined,
): void {
  let left = from;
  let right = middle;
  for (let at = from; at < to; at++) {
    const takesRight =
      right < to && (left === middle || goesBefore(source[right]!, source[left]!, scores, ties));
    target[at] = takesRight ? source[right++]! : source[left++]!;
  }
}

function goesBefore(a: number, b: number, scores: Float64Array, ties: Float64Array | undefined): boolean {
  const [own, other] = [scores[a]!, scores[b]!];
  return own > other || (own === other && ties !== undefined && ties[a]! < ties[b]!);
}
