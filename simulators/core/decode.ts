/** Decodes a recording of any supported kind: a WFDB record, a table of waves, or a table of numerics. */
import { decodeNumerics } from './numerics.ts';
import type { Decoded, Recording } from './recording.ts';
import { decodeSignals, isSignals } from './signals.ts';
import { decodeText, parseTable } from './table.ts';
import { decodeWfdb, parseHeader } from './wfdb.ts';

/** Returns the names of the signal files that a WFDB header needs; no names for a table. */
export function companionFiles(file: string, bytes: Uint8Array): Decoded<readonly string[]> {
  if (!isHeader(file)) return { ok: [] };
  const text = decodeText(file, bytes);
  if ('fault' in text) return text;
  const header = parseHeader(file, text.ok);
  return 'fault' in header ? header : { ok: [...new Set(header.ok.signals.map((signal) => signal.fileName))] };
}

/**
 * Decodes a recording.
 * @param file name of the file, which decides the kind (`.hea`) and appears in faults
 * @param companions content of the files that `companionFiles` returned, by name
 */
export function decodeRecording(
  file: string,
  bytes: Uint8Array,
  companions: ReadonlyMap<string, Uint8Array>,
): Decoded<Recording> {
  const text = decodeText(file, bytes);
  if ('fault' in text) return text;
  if (isHeader(file)) {
    const header = parseHeader(file, text.ok);
    return 'fault' in header ? header : decodeWfdb(file, header.ok, companions);
  }
  const table = parseTable(file, text.ok);
  if ('fault' in table) return table;
  return isSignals(table.ok) ? decodeSignals(table.ok) : decodeNumerics(table.ok);
}

function isHeader(file: string): boolean {
  return file.toLowerCase().endsWith('.hea');
}
