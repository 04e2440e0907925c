/**
 * Reads tables in text files: a header line, then lines of numbers. The delimiter is a comma, semicolon, tab or `|`;
 * lines end with LF, CRLF or CR; a BOM is allowed.
 */
import { badRecording, type Decoded } from './recording.ts';

export type Column = {
  /** Name of the column in the file, without its unit. */
  readonly name: string;
  /**
   * Unit in brackets or parentheses after the name, or after an underscore as in `t_min`; undefined if the name has no
   * unit.
   */
  readonly unit: string | undefined;
};

export type Table = {
  readonly file: string;
  readonly delimiter: string;
  readonly headerLine: number;
  readonly columns: readonly Column[];
  /** The numbers of each row; NaN is "no value". */
  readonly rows: readonly (readonly number[])[];
  /** Line number of each row in the file, from 1. */
  readonly lines: readonly number[];
};

/** Maximum number of rows, to protect the memory: more than three weeks at 1 Hz, or more than an hour at 500 Hz. */
const tableRowsMax = 2_000_000;

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const noValueTexts = new Set(['', 'nan', 'na', 'n/a', 'null', '-', '--']);
/**
 * Numbers that the authors of data sets write for "no value". 0 is not in this list, because only some file formats use
 * 0 for it.
 */
const noValueNumbers = new Set([-1, -100, -999, -32768]);

/** Returns the text of a file; a fault if the bytes are not UTF-8 text (for example UTF-16 or a picture). */
export function decodeText(file: string, bytes: Uint8Array): Decoded<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const nul = text.indexOf('\0');
    if (nul < 0) return { ok: text };
    return badRecording(
      file,
      text.slice(0, nul).split('\n').length,
      'contains a NUL character, so it is not a text file',
    );
  } catch {
    return badRecording(file, undefined, 'is not UTF-8 text');
  }
}

/** Reads a table. Skips blank lines. The first line that is not blank is the header. */
export function parseTable(file: string, text: string): Decoded<Table> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const headerIndex = lines.findIndex((line) => line.trim() !== '');
  if (headerIndex < 0) return badRecording(file, 1, 'the file is empty');
  const header = lines[headerIndex]!;
  const delimiter = ['|', ';', '\t'].find((d) => header.includes(d)) ?? ',';
  const columns = header.split(delimiter).map(parseColumn);
  if (columns.every((c) => c.name === '' || numberPattern.test(c.name))) {
    return badRecording(file, headerIndex + 1, 'the first line must be a header with column names');
  }
  const rows: number[][] = [];
  const rowLines: number[] = [];
  for (let i = headerIndex + 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.trim() === '') continue;
    if (rows.length >= tableRowsMax) return badRecording(file, i + 1, `the table has more than ${tableRowsMax} rows`);
    const row = parseRow(line, delimiter, columns);
    if (typeof row === 'string') return badRecording(file, i + 1, row);
    rows.push(row);
    rowLines.push(i + 1);
  }
  if (rows.length === 0) return badRecording(file, headerIndex + 1, 'there is no row after the header');
  return { ok: { file, delimiter, headerLine: headerIndex + 1, columns, rows, lines: rowLines } };
}

/** Returns whether a number in a column of measurements means "no value": -1, -100, -999 or -32768. */
export function meansNoValue(value: number): boolean {
  return noValueNumbers.has(value);
}

function parseColumn(cell: string): Column {
  const text = unquote(cell);
  const bracketParts = /^(.*?)\s*[[(]([^\])]*)[\])]$/.exec(text);
  if (bracketParts) return { name: bracketParts[1]!, unit: bracketParts[2]!.trim() };
  const suffixParts = /^(t|time)_(ms|s|sec|min|h|hours?)$/i.exec(text);
  return suffixParts ? { name: suffixParts[1]!, unit: suffixParts[2]! } : { name: text, unit: undefined };
}

function parseRow(line: string, delimiter: string, columns: readonly Column[]): number[] | string {
  const cells = line.split(delimiter);
  if (cells.length !== columns.length) {
    return `the row has ${cells.length} cells, but the header has ${columns.length} columns`;
  }
  const row: number[] = [];
  for (const [i, cell] of cells.entries()) {
    const text = unquote(cell);
    if (noValueTexts.has(text.toLowerCase())) row.push(Number.NaN);
    else if (numberPattern.test(text) && Number.isFinite(Number(text))) row.push(Number(text) + 0);
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
