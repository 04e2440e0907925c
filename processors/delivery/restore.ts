/**
 * Restores what the process remembers from the topic `deliveries`: from the newest whole snapshot, and from the records
 * after this snapshot. So a start takes the same time for an old log as for a new log.
 */
import type { Logger } from 'pino';
import type { DeliveryPositions, DeliverySnapshot } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { PartitionReader } from '../../log/kafka/read-all.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import { type Book, emptyBook, evolveBookSafely } from './core/book.ts';
import { bookOf, snapshotVersion } from './snapshots.ts';

/** The transaction that reaches this number of offsets since the last snapshot has a new snapshot, too. */
export const snapshotEveryOffsets = 1_000;
/**
 * The first attempt reads this number of offsets before the end of the log. This number is several times
 * `snapshotEveryOffsets`, because a transaction may be large.
 */
const windowOffsets = 8_000n;

export type Restored = {
  readonly book: Book;
  /** Undefined if the process has never run. */
  readonly positions: DeliveryPositions | undefined;
  /** Number of records that were read, and of records that could not be read. */
  readonly records: number;
  readonly leftOut: number;
};

/** Restores from the end of the log. The caller has the turn to write to `deliveries`, so no other process writes. */
export async function restore(
  sealedLog: Pick<SealedLog, 'open'>,
  reader: Pick<PartitionReader, 'read' | 'readEnds'>,
  log: Logger,
): Promise<Restored> {
  const { low, high } = (await reader.readEnds('deliveries')).get(0) ?? { low: 0n, high: 0n };
  const from = high - windowOffsets > low ? high - windowOffsets : low;
  const restored = await restoreFrom(from, from === low);
  if (restored) return restored;
  // This happens after a change of the version, because snapshots of another version cannot be used. It also happens if
  // the newest snapshots cannot be read.
  log.warn({ offsets: String(high - low) }, 'no snapshot of this version is near the end, so the whole log is read');
  return (await restoreFrom(low, true))!;

  async function restoreFrom(start: bigint, isWholeLog: boolean): Promise<Restored | undefined> {
    const raws: LogRecord[] = [];
    await reader.read('deliveries', new Map([[0, start]]), (_partition, record) => raws.push(record));
    const reading = createSealedReading({ open: sealedLog.open, log, leftOutOf: 'the deliveries' });
    const fold = createFold(isWholeLog);
    const source = { topic: 'deliveries', partition: 0 } as const;
    for (const raw of raws) {
      const read = await reading.read(source, raw);
      if (!read) continue;
      reading.attempt(source, raw, () => fold.take(read.record));
    }
    const result = fold.result(raws.length);
    return result && { ...result, leftOut: reading.leftOutCount() };
  }
}

/**
 * Returns functions that compute the book from records, which must come in their order.
 * @param isWholeLog whether the first record is the first of the log; then no snapshot is needed
 */
export function createFold(isWholeLog: boolean) {
  let book: Book | undefined = isWholeLog ? emptyBook : undefined;
  let positions: DeliveryPositions | undefined;
  let parts: DeliverySnapshot[] = [];

  function takePart(snapshot: DeliverySnapshot): void {
    if (snapshot.part === 1) parts = [];
    // A schema checks events but not snapshots. So a snapshot of another version is not used; the state then comes from
    // the events.
    if (snapshot.version !== snapshotVersion) return;
    if (snapshot.part !== parts.length + 1) return;
    parts.push(snapshot);
    if (parts.length < snapshot.parts) return;
    book = bookOf(parts.map(({ content }) => content));
    positions = snapshot.positions;
  }

  return {
    /** @throws the error of the code for one part of the book; the other parts are right */
    take(record: ReadRecord['record']): void {
      if (record.contentType === contentTypes.deliverySnapshot) takePart(record.body);
      else if (record.contentType === contentTypes.deliveryPositions) positions = record.body;
      else if (record.contentType === contentTypes.delivery && book) {
        const { book: next, error } = evolveBookSafely(book, record.body);
        book = next;
        if (error !== undefined) throw error;
      }
    },
    result: (records: number): Omit<Restored, 'leftOut'> | undefined => book && { book, positions, records },
  };
}
