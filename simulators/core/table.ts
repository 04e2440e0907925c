/** Delimited text of recordings: one header line, then numbers. Comma, semicolon, tab or `|`, LF or CRLF, with or without BOM. */
import { badRecording, type Decoded } from './recording.ts';

export type Column = {
  /** As in the file, without its unit. */
  readonly name: string;
  /** From brackets or parentheses after the name, or from `t_min`; undefined if no unit is given. */
  readonly unit: string | undefined;
};

export type Table = {
  readonly file: string;
  readonly delimiter: string;
  readonly headerLine: number;
  readonly columns: readonly Column[];
  /** Row by row; NaN is "no value". */
  readonly rows: readonly (readonly number[])[];
  /** The line number in the file of each row, from 1. */
  readonly lines: readonly number[];
};

/** A larger file is refused before it fills the memory: two days at 1 Hz, or 1 h at 500 Hz. */
const tableRowsMax = 2_000_000;

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const noValue = new Set(['', 'nan', 'na', 'n/a', 'null', '-', '--']);
/** Magic numbers that sources use for "no value" (CLINICAL.md). 0 is not in the list; some families add it. */
const magic = new Set([-1, -100, -999, -32768]);

/** Returns UTF-8 text without BOM; a fault if the bytes are not UTF-8 (UTF-16, a picture). */
export function decodeText(file: string, bytes: Uint8Array): Decoded<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const nul = text.indexOf('\0');
    if (nul < 0) return { ok: text };
    return badRecording(file, text.slice(0, nul).split('\n').length, 'holds a NUL character, so it is no text');
  } catch {
    return badRecording(file, undefined, 'is not UTF-8 text');
  }
}

/** Reads a table. Skips blank lines; the first other line is the header. `magic` numbers count only in data columns. */
export function parseTable(file: string, text: string): Decoded<Table> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const headerIndex = lines.findIndex((line) => line.trim() !== '');
  if (headerIndex < 0) return badRecording(file, 1, 'the file is empty');
  const header = lines[headerIndex]!;
  const delimiter = ['|', ';', '\t'].find((d) => header.includes(d)) ?? ',';
  const columns = header.split(delimiter).map(parseColumn);
  if (columns.every((c) => c.name === '' || number.test(c.name))) {
    return badRecording(file, headerIndex + 1, 'a header with column names is expected here');
  }
  const rows: number[][] = [];
  const rowLines: number[] = [];
  for (let i = headerIndex + 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.trim() === '') continue;
    if (rows.length >= tableRowsMax) return badRecording(file, i + 1, `more than ${tableRowsMax} rows`);
    const row = parseRow(line, delimiter, columns);
    if (typeof row === 'string') return badRecording(file, i + 1, row);
    rows.push(row);
    rowLines.push(i + 1);
  }
  if (rows.length === 0) return badRecording(file, headerIndex + 1, 'no row follows the header');
  return { ok: { file, delimiter, headerLine: headerIndex + 1, columns, rows, lines: rowLines } };
}

/** -1, -100, -999 and -32768 mean "no value" in a column of measurements. */
export function isMagic(value: number): boolean {
  return magic.has(value);
}

function parseColumn(cell: string): Column {
  const text = unquote(cell);
  const bracket = /^(.*?)\s*[[(]([^\])]*)[\])]$/.exec(text);
  if (bracket) return { name: bracket[1]!, unit: bracket[2]!.trim() };
  const suffix = /^(t|time)_(ms|s|sec|min|h|hours?)$/i.exec(text);
  return suffix ? { name: suffix[1]!, unit: suffix[2]! } : { name: text, unit: undefined };
}

function parseRow(line: string, delimiter: string, columns: readonly Column[]): number[] | string {
  const cells = line.split(delimiter);
  if (cells.length !== columns.length) {
    return `${cells.length} cells where the header names ${columns.length} columns`;
  }
  const row: number[] = [];
  for (const [i, cell] of cells.entries()) {
    const text = unquote(cell);
    if (noValue.has(text.toLowerCase())) row.push(Number.NaN);
    else if (number.test(text) && Number.isFinite(Number(text))) row.push(Number(text) + 0);
    else if (columns[i]!.name === '') row.push(Number.NaN);
    else return `"${text.slice(0, 20)}" in column ${columns[i]!.name} is not a number`;
  }
  return row;
}

function unquote(cell: string): string {
  const text = cell.trim();
  const quote = text[0];
  return text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1).trim() : text;
}
