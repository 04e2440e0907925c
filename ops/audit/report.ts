/** Writes the findings of `audit verify` as text. Pure. */
import type { Anchor } from '../../log/audit/anchor.ts';
import type { AuditFault } from '../../log/audit/chain.ts';

export type Head = { readonly line: number; readonly hash: string };

export type Report = {
  readonly records: number;
  readonly chains: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** Number of records from before records were signed. */
  readonly older: number;
  readonly lastOlderAt: string | null;
  /** Numbers of records by writer and signing key. */
  readonly keys: readonly { readonly writer: string; readonly key: string; readonly records: number }[];
  readonly anchors: {
    readonly file: string;
    readonly lines: number;
    /** Places in the anchors whose digest was compared with the log and was right. */
    readonly checked: number;
    readonly lastAt: string | null;
    /** Records after the last anchor: a cut behind them cannot be seen yet. */
    readonly recordsSince: number;
  };
  readonly faultCount: number;
  readonly faults: readonly AuditFault[];
};

/** The line for paper: the anchor's line number and its hash. */
export const headLine = ({ line, hash, at }: Anchor) => `${line}:${hash}   (Vigil audit trail at ${at})`;

export function headOf(text: string): Head | undefined {
  const parts = /^\s*(\d{1,9}):([A-Za-z0-9_-]{43})(?:\s.*)?$/.exec(text);
  return parts ? { line: Number(parts[1]), hash: parts[2]! } : undefined;
}

/** Returns the faults of heads on paper: each must be a line of the file. The file may have more lines. */
export function headFaults(heads: readonly Head[], anchors: readonly Anchor[]): AuditFault[] {
  const hashes = new Map(anchors.map(({ line, hash }) => [line, hash]));
  return heads
    .filter(({ line, hash }) => hashes.get(line) !== hash)
    .map(({ line }) => {
      const what = hashes.has(line) ? 'is another one than the head that you have' : 'is not in the file any more';
      return { kind: 'anchors', text: `line ${line} of the anchors ${what}` };
    });
}

export function reportLines(report: Report): string[] {
  const { records, chains, firstAt, lastAt, older, lastOlderAt, keys, anchors, faults, faultCount } = report;
  const span = firstAt === null ? '' : `, ${firstAt} to ${lastAt}`;
  return [
    `${records} records of ${chains} process starts${span}`,
    ...keys.map((entry) => `  ${entry.records} signed by the ${entry.writer}, key ${entry.key}`),
    ...(older > 0 ? [`  ${older} older ones, until ${lastOlderAt}: a chain of hashes without a signature`] : []),
    anchorsLine(anchors),
    ...faults.map(({ kind, text }) => `${kind.toUpperCase().padEnd(10)} ${text}`),
    ...(faultCount > faults.length ? [`and ${faultCount - faults.length} more.`] : []),
    faultCount === 0 ? 'WHOLE: every record is as it was written.' : `NOT WHOLE: ${faultCount} faults.`,
  ];
}

function anchorsLine({ file, lines, checked, lastAt, recordsSince }: Report['anchors']): string {
  if (lines === 0) return `No anchors in ${file}.`;
  const since = recordsSince === 0 ? 'nothing was written since' : `${recordsSince} records since`;
  return `${lines} anchors in ${file}, ${checked} places compared; the last one at ${lastAt}, ${since}`;
}
