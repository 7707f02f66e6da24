import { ByteReader } from './byte-reader.js';
import { ByteWriter, PieceWriter } from './byte-writer.js';

function fill(writer: ByteWriter): void {
  for (let i = 0; i < 40_000; i++) {
    writer.u8(i % 256);
    writer.f64(i / 7);
    writer.varint(i * i);
  }
  writer.raw(Buffer.alloc(3_000_000, 'large'));
  writer.text('end');
}

describe('PieceWriter', () => {
  it('writes what a ByteWriter writes, in pieces that are read as one', () => {
    const whole = new ByteWriter();
    const pieces = new PieceWriter();
    fill(whole);
    fill(pieces);
    expect(pieces.length).toBe(whole.length);
    expect(pieces.pieces().length).toBeGreaterThan(2);
    expect(pieces.bytes().equals(whole.bytes())).toBe(true);
    const reader = new ByteReader(...pieces.pieces());
    expect([reader.u8(), reader.f64(), reader.varint(), reader.u8()]).toEqual([0, 0, 0, 1]);
  });

  it('takes in what others wrote, large and small, in order', () => {
    const whole = new ByteWriter();
    const body = new PieceWriter();
    for (const part of ['small', 'large', 'empty', 'small', 'large']) {
      const content = new PieceWriter();
      if (part === 'large') fill(content);
      if (part === 'small') content.text(part);
      for (const each of [whole, body]) {
        each.text(part);
        each.varint(content.length);
      }
      whole.raw(content.bytes());
      body.append(content);
    }
    expect(body.bytes().equals(whole.bytes())).toBe(true);
    expect(body.length).toBe(whole.length);
  });
});
