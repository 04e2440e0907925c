/** Reads the whole audit trail and compares it with itself, with its writers' keys, and with the witness's anchors. */
import type { Logger } from 'pino';
import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { isSigned } from '../../log/audit/chain.ts';
import { type CheckBounds, checkNext, closeCheck, newCheck, note } from '../../log/audit/check.ts';
import type { PublicKeys } from '../../log/audit/keys.ts';
import { createAuditReading, type LoadedAnchors } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readOpened } from '../sealed-topic.ts';
import { type Head, headFaults, type Report } from './report.ts';

/** Every record is remembered, with about 200 bytes each. */
const bounds: CheckBounds = { aheadMax: 20_000_000, chainsMax: 1_000_000, settledMax: 2_000, faultsMax: 200 };

/** The clocks of the writers and of this machine may differ by this (ours). */
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
  const seen = newSeen(parseInstant(loaded.anchors.at(-1)?.at ?? ''));
  const noteAll = (faults: Report['faults']) => {
    for (const { kind, text } of faults) note(check, kind, text);
  };
  noteAll([...loaded.faults, ...headFaults(heads, loaded.anchors)]);
  for (const { line, faults = [] } of loaded.anchors)
    for (const text of faults) note(check, 'cut', `the witness found at line ${line}: ${text}`);
  if (loaded.anchors.length === 0)
    note(check, 'anchors', 'there are no anchors: whether the end was cut cannot be said');

  await readOpened(log, logger, { topic: 'audit', start: 'beginning' }, (opened, { partition, offset, key, value }) => {
    const read = reading.take({ partition, offset: Number(offset), key, value: value! }, opened);
    noteAll(read.faults);
    if (!read.record) {
      if (read.verdict.kind === 'bad') note(check, read.verdict.fault, read.verdict.why);
      return;
    }
    if (checkNext(check, read.record, read.verdict) !== 'repeat') seen.take(read.record);
  });
  closeCheck(check, options.nowMs - clockMsMax);
  noteAll(reading.finish());
  const { records, older, faultCount, faults } = check;
  return {
    records,
    chains: check.chains.size,
    ...seen.report(),
    older,
    anchors: {
      file: anchorsFile,
      lines: loaded.anchors.length,
      checked: reading.checked(),
      lastAt: loaded.anchors.at(-1)?.at ?? null,
      recordsSince: seen.since(),
    },
    faultCount,
    faults,
  };
}

/** Collects the report's figures over all records. */
function newSeen(anchoredMs: number | undefined) {
  const byKey = new Map<string, { writer: string; key: string; records: number }>();
  let firstAt: string | null = null;
  let lastAt: string | null = null;
  let lastOlderAt: string | null = null;
  let since = 0;
  const later = (latest: string | null, at: string) => (latest === null || at > latest ? at : latest);
  return {
    take(record: AnyAuditRecord): void {
      const { at } = record;
      if (firstAt === null || at < firstAt) firstAt = at;
      lastAt = later(lastAt, at);
      if (anchoredMs !== undefined && (parseInstant(at) ?? 0) > anchoredMs) since += 1;
      if (!isSigned(record)) {
        lastOlderAt = later(lastOlderAt, at);
        return;
      }
      const { writer, key } = record;
      const known = byKey.get(key) ?? { writer, key, records: 0 };
      known.records += 1;
      byKey.set(key, known);
    },
    since: () => since,
    report: () => ({ firstAt, lastAt, lastOlderAt, keys: [...byKey.values()] }),
  };
}
