/** Formats the result of `audit verify` as text. Pure. */
import type { Anchor } from '../../log/audit/anchor.ts';
import type { AuditFault } from '../../log/audit/chain.ts';

/** An anchor as an auditor keeps it on paper: its line number in the file of anchors, and its hash. */
export type Head = { readonly line: number; readonly hash: string };

export type Report = {
  readonly records: number;
  readonly chains: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** Number of records of older versions of Vigil, which did not sign records. */
  readonly older: number;
  readonly lastOlderAt: string | null;
  /** Number of records for each writer and signing key. */
  readonly keys: readonly { readonly writer: string; readonly key: string; readonly records: number }[];
  readonly anchors: {
    readonly file: string;
    readonly lines: number;
    /** Number of places in the anchors that have the same digest as the log. */
    readonly checked: number;
    readonly lastAt: string | null;
    /**
     * Number of records after the last anchor. Until the next anchor, nobody can prove that no such record was removed.
     */
    readonly recordsSince: number;
  };
  readonly faultCount: number;
  readonly faults: readonly AuditFault[];
};

/** Returns the line that an auditor keeps on paper: the anchor's line number, its hash and its time. */
export const headLine = ({ line, hash, at }: Anchor) => `${line}:${hash}   (Vigil audit trail at ${at})`;

/** Reads a line made by `headLine`; undefined if the text has another form. */
export function headOf(text: string): Head | undefined {
  const parts = /^\s*(\d{1,9}):([A-Za-z0-9_-]{43})(?:\s.*)?$/.exec(text);
  return parts ? { line: Number(parts[1]), hash: parts[2]! } : undefined;
}

/** Returns a fault for each head that is not a line of the file of anchors. */
export function headFaults(heads: readonly Head[], anchors: readonly Anchor[]): AuditFault[] {
  const hashes = new Map(anchors.map(({ line, hash }) => [line, hash]));
  return heads
    .filter(({ line, hash }) => hashes.get(line) !== hash)
    .map(({ line }) => {
      const fault = hashes.has(line) ? 'differs from your head' : 'is missing in the file';
      return { kind: 'anchors', text: `line ${line} of the anchors ${fault}` };
    });
}

export function reportLines(report: Report): string[] {
  const { records, chains, firstAt, lastAt, older, lastOlderAt, keys, anchors, faults, faultCount } = report;
  const span = firstAt === null ? '' : `, ${firstAt} to ${lastAt}`;
  return [
    `${records} records of ${chains} process starts${span}`,
    ...keys.map((entry) => `  ${entry.records} signed by the ${entry.writer}, key ${entry.key}`),
    ...(older > 0 ? [`  ${older} of older versions, until ${lastOlderAt}: a chain of hashes without signatures`] : []),
    anchorsLine(anchors),
    ...faults.map(({ kind, text }) => `${kind.toUpperCase().padEnd(10)} ${text}`),
    ...(faultCount > faults.length ? [`and ${faultCount - faults.length} more faults.`] : []),
    faultCount === 0 ? 'WHOLE: nobody changed the audit trail.' : `NOT WHOLE: ${faultCount} faults.`,
  ];
}

function anchorsLine({ file, lines, checked, lastAt, recordsSince }: Report['anchors']): string {
  if (lines === 0) return `There are no anchors in ${file}.`;
  const since = recordsSince === 0 ? 'no record was written after it' : `${recordsSince} records were written after it`;
  return `${lines} anchors in ${file}, ${checked} places compared; the last anchor is of ${lastAt}, ${since}`;
}
