/**
 * What a rebuild derived for FEEDBACK, to be held against what FEEDBACK has: for each partition the records' checksums, in
 * order, and one SHA-256 over all their bytes. The checksums name the first record that differs.
 */
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { widened } from '#kernel';
import { encodeFeedbackRecord, type FeedbackRecord } from '#events';

export interface LedgerComparison {
  readonly records: number;
  readonly expected: number;
  /** Records beside these, of users who were erased since. */
  readonly erased: number;
  readonly sha256: string;
  readonly expectedSha256: string;
  /** 0-based index of the first record that differs; undefined when all are equal. */
  readonly firstDifference?: number;
}

export class RecordLedger {
  private checksums = new Uint32Array(1024);
  private readonly derived: Hash = createHash('sha256');
  private readonly stored: Hash = createHash('sha256');
  private derivedCount = 0;
  private storedCount = 0;
  private erasedCount = 0;
  private firstDifference: number | undefined;

  /** Records derived from the log so far. */
  get expected(): number {
    return this.derivedCount;
  }

  /** Records seen in FEEDBACK so far. */
  get seen(): number {
    return this.storedCount;
  }

  /** A record that the rebuild derived. */
  derive(record: FeedbackRecord): void {
    if (this.derivedCount === this.checksums.length) this.checksums = widened(this.checksums);
    const bytes = encodeFeedbackRecord(record);
    this.derived.update(bytes);
    this.checksums[this.derivedCount++] = crc32(bytes);
  }

  /**
   * A record that FEEDBACK holds; after everything was derived.
   * @param ofErased that it need not be derivable: where it is not the next one that is, it counts apart
   */
  see(record: FeedbackRecord, ofErased = false): void {
    const bytes = encodeFeedbackRecord(record);
    const next = this.storedCount < this.derivedCount ? this.checksums[this.storedCount] : undefined;
    if (ofErased && next !== crc32(bytes)) return void this.erasedCount++;
    this.stored.update(bytes);
    const at = this.storedCount++;
    const equal = at < this.derivedCount && this.checksums[at] === crc32(bytes);
    if (!equal) this.firstDifference ??= at;
  }

  compare(): LedgerComparison {
    const short = this.storedCount < this.derivedCount ? this.storedCount : undefined;
    return {
      records: this.storedCount,
      expected: this.derivedCount,
      erased: this.erasedCount,
      sha256: this.stored.copy().digest('hex'),
      expectedSha256: this.derived.copy().digest('hex'),
      firstDifference: this.firstDifference ?? short,
    };
  }
}
