/**
 * What a user did with a shown item beside clicking it, packed into one small integer: 1 liked, 2 converted, and from 4 on
 * 1 + the tenths of a second they stayed (0: nobody said).
 */
export const LIKED = 1;
export const CONVERTED = 2;
const DWELL_UNIT = 4;
const TENTHS_MAX = 864_000;

/** @param dwellSeconds added to what is known; undefined: nothing said */
export function withDeed(deeds: number, deed: number, dwellSeconds: number | undefined): number {
  const known = deeds | deed;
  if (dwellSeconds === undefined || !(dwellSeconds >= 0)) return known;
  const code = Math.floor(known / DWELL_UNIT);
  const before = code === 0 ? 0 : code - 1;
  const tenths = Math.min(TENTHS_MAX, before + Math.round(Math.min(dwellSeconds * 10, TENTHS_MAX)));
  return (known % DWELL_UNIT) + (1 + tenths) * DWELL_UNIT;
}

/** −1 when nobody said. */
export function dwellOf(deeds: number): number {
  const code = Math.floor(deeds / DWELL_UNIT);
  return code === 0 ? -1 : Math.fround((code - 1) / 10);
}
