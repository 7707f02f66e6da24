import fc from 'fast-check';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

const TABLE = Float32Array.of(1, 2, 3, 4, 5, 6);

function written(): Buffer {
  const writer = new ByteWriter(1);
  writer.u8(7);
  writer.u32(4_000_000_000);
  writer.f32(0.5);
  writer.f64(Math.PI);
  writer.varint(2 ** 53 - 1);
  writer.text('naïve');
  writer.ascending(Uint32Array.of(3, 70_000, 70_001));
  writer.rows32(TABLE, 2, Uint32Array.of(0, 2));
  writer.array(Float64Array.of(1e300, -0));
  return Buffer.from(writer.bytes());
}

function read(reader: ByteReader): unknown[] {
  const rows = new Float32Array(6);
  const array = new Float64Array(2);
  return [
    reader.u8(),
    reader.u32(),
    reader.f32(),
    reader.f64(),
    reader.varint(),
    reader.text(),
    [...reader.ascending(100_000)],
    (reader.rows32(rows, 2, Uint32Array.of(0, 2)), [...rows]),
    (reader.array(array), [...array]),
    reader.remaining,
  ];
}

/** Cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, i) => bytes.subarray(at[i], to));
}

const whole = written();
const cuts = fc.array(fc.nat(whole.length), { maxLength: 40 });

describe('ByteReader', () => {
  it('reads what was written, in whatever pieces it comes, empty ones among them', () => {
    const expected = read(new ByteReader(whole));
    expect(expected.at(-1)).toBe(0);
    fc.assert(
      fc.property(cuts, (at) => expect(read(new ByteReader(...pieces(whole, at)))).toEqual(expected)),
    );
  });

  it('gives a part of it to another reader, and goes on behind it', () => {
    const twice = Buffer.concat([Buffer.of(1), whole, Buffer.of(2)]);
    fc.assert(
      fc.property(cuts, (at) => {
        const reader = new ByteReader(...pieces(twice, at));
        expect(reader.u8()).toBe(1);
        expect(read(reader.part(whole.length)).at(-1)).toBe(0);
        expect([reader.u8(), reader.remaining]).toEqual([2, 0]);
      }),
    );
  });

  it('never reads what is not there', () => {
    fc.assert(
      fc.property(cuts, fc.nat(whole.length - 1), (at, length) => {
        const some = pieces(
          whole.subarray(0, length),
          at.map((cut) => Math.min(cut, length)),
        );
        expect(() => read(new ByteReader(...some))).toThrow('the model state is truncated');
        expect(() => new ByteReader(...some).part(length + 1)).toThrow('the model state is truncated');
      }),
    );
  });
});
