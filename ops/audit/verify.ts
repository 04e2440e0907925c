/** Reads the whole audit trail and checks its chains, its signatures, and the witness's anchors. */
import type { Logger } from 'pino';
import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { isSigned } from '../../log/audit/chain.ts';
import { type CheckBounds, checkNext, newCheck, recordAllGaps, recordFault } from '../../log/audit/check.ts';
import type { PublicKeys } from '../../log/audit/keys.ts';
import { createAuditReading, type LoadedAnchors } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readOpened } from '../sealed-topic.ts';
import { type Head, headFaults, type Report } from './report.ts';

/** Limits of the check's memory. The check needs about 200 bytes for each record. */
const bounds: CheckBounds = {
  rowsAfterGapMax: 20_000_000,
  chainsMax: 1_000_000,
  rowsBeforeGapMax: 2_000,
  faultsMax: 200,
};

/** Largest allowed difference between the clocks of the writers and the clock of this machine (our choice). */
const clockMsMax = 5_000;

export type VerifyOptions = {
  readonly log: SealedLog;
  readonly logger: Logger;
  readonly keys: PublicKeys;
  readonly loaded: LoadedAnchors;
  readonly heads: readonly Head[];
  readonly anchorsFile: string;
  readonly nowMs: number;
};

export async function verifyTrail(options: VerifyOptions): Promise<Report> {
  const { log, logger, keys, loaded, heads, anchorsFile } = options;
  const check = newCheck(false, bounds);
  const reading = createAuditReading(keys, loaded.anchors);
  const figures = createFigures(parseInstant(loaded.anchors.at(-1)?.at ?? ''));
  const noteAll = (faults: Report['faults']) => {
    for (const { kind, text } of faults) recordFault(check, kind, text);
  };
  noteAll([...loaded.faults, ...headFaults(heads, loaded.anchors)]);
  for (const { line, faults = [] } of loaded.anchors)
    for (const text of faults) recordFault(check, 'cut', `the witness found at line ${line}: ${text}`);
  if (loaded.anchors.length === 0)
    recordFault(check, 'anchors', 'there are no anchors, so nothing shows whether the end was cut off');

  await readOpened(log, logger, { topic: 'audit', start: 'beginning' }, (opened, { partition, offset, key, value }) => {
    const read = reading.judgeNext({ partition, offset: Number(offset), key, value: value! }, opened);
    noteAll(read.faults);
    if (!read.record) {
      if (read.verdict.kind === 'bad') recordFault(check, read.verdict.fault, read.verdict.why);
      return;
    }
    if (checkNext(check, read.record, read.verdict) !== 'repeat') figures.add(read.record);
  });
  recordAllGaps(check, options.nowMs - clockMsMax);
  noteAll(reading.faultsAtEnd());
  const { records, older, faultCount, faults } = check;
  return {
    records,
    chains: check.chains.size,
    ...figures.report(),
    older,
    anchors: {
      file: anchorsFile,
      lines: loaded.anchors.length,
      checked: reading.rightCount(),
      lastAt: loaded.anchors.at(-1)?.at ?? null,
      recordsSince: figures.recordsSince(),
    },
    faultCount,
    faults,
  };
}

/** Collects the report's figures from all records. @param anchoredMs the time of the last anchor, ms since 1970 */
function createFigures(anchoredMs: number | undefined) {
  const byKey = new Map<string, { writer: string; key: string; records: number }>();
  let firstAt: string | null = null;
  let lastAt: string | null = null;
  let lastOlderAt: string | null = null;
  let recordsSince = 0;
  const later = (latest: string | null, at: string) => (latest === null || at > latest ? at : latest);
  return {
    add(record: AnyAuditRecord): void {
      const { at } = record;
      if (firstAt === null || at < firstAt) firstAt = at;
      lastAt = later(lastAt, at);
      if (anchoredMs !== undefined && (parseInstant(at) ?? 0) > anchoredMs) recordsSince += 1;
      if (!isSigned(record)) {
        lastOlderAt = later(lastOlderAt, at);
        return;
      }
      const { writer, key } = record;
      const row = byKey.get(key) ?? { writer, key, records: 0 };
      row.records += 1;
      byKey.set(key, row);
    },
    recordsSince: () => recordsSince,
    report: () => ({ firstAt, lastAt, lastOlderAt, keys: [...byKey.values()] }),
  };
}
