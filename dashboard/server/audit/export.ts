/**
 * Writes exports of the audit trail. An export is long work. So the server makes one export at a time, and pauses for
 * its other work. The server writes no faster than the client reads, and ends an export that the client does not read.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { VigilError } from '../../../contracts/errors.ts';
import { createWorkPause } from '../../../process/work-pause.ts';
import type { AuditExport } from '../../protocol/audit.ts';
import { auditCsvHeader, auditCsvLine } from '../core/audit-csv.ts';
import { auditEventOf } from '../core/audit-fhir.ts';
import type { AuditedRecord } from '../core/audit-filter.ts';
import { createSlots } from '../core/slots.ts';
import { entryOf } from './view.ts';

/** This server makes one export at a time (ours). A second export is refused, and may be tried again later. */
const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax: 1, waitingPerKeyMax: 0 } as const;
/**
 * An export is made in pieces of about this many characters. The next piece is made when the client has read the last
 * piece.
 */
export const pieceLength = 32_768;
/** An export ends if the client reads nothing for `quietMs`, or if the export takes longer than `wholeMs` (ours). */
const endAfter = { quietMs: 30_000, wholeMs: 120_000 } as const;

type Format = AuditExport['format'];

export type AuditExporter = {
  /**
   * Takes the slot for an export until the response is closed.
   * @throws VigilError `rate-limited` if another export is being made
   */
  begin(account: string, response: ServerResponse): Promise<void>;
};

/** @param after when an export ends early; tests use shorter times */
export function createAuditExporter(after: Readonly<Record<keyof typeof endAfter, number>> = endAfter): AuditExporter {
  const slots = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Another export of the audit trail is being made: try again in a minute.'),
  );
  return {
    async begin(account, response) {
      const leave = await slots.enter(account);
      // Ends the connection, so that the client notices that the file is not complete.
      const end = () => response.destroy();
      const timer = setTimeout(end, after.wholeMs);
      response.setTimeout(after.quietMs, end);
      const onClosed = () => {
        clearTimeout(timer);
        leave();
      };
      response.once('close', onClosed);
      if (response.closed) onClosed();
    },
  };
}

/** Returns an export as a stream that makes its next piece only when the client has read the last piece. */
export function exportStream(records: readonly AuditedRecord[], format: Format): Readable {
  return Readable.from(piecesOf(records, format), { objectMode: false, highWaterMark: pieceLength });
}

async function* piecesOf(records: readonly AuditedRecord[], format: Format): AsyncGenerator<string> {
  const pauseIfLong = createWorkPause();
  // Excel reads a file with a byte order mark as UTF-8.
  let piece = format === 'csv' ? `\uFEFF${auditCsvHeader}\r\n` : '';
  for (const record of records) {
    const entry = entryOf(record);
    piece += format === 'csv' ? `${auditCsvLine(entry)}\r\n` : `${JSON.stringify(auditEventOf(entry))}\n`;
    if (piece.length >= pieceLength) {
      yield piece;
      piece = '';
    }
    await pauseIfLong();
  }
  if (piece !== '') yield piece;
}
