/** Reads assignments from a CSV text (RFC 4180). */
import { duties } from '../../../contracts/duty-names.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import { textFault, visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { CsvFault, CsvRow } from './board-context.ts';

export const csvHeader = 'duty,beds,user,from,until';
const separators = [',', ';'] as const;
type Separator = (typeof separators)[number];
/** By separator: the pattern of a cell in quotation marks, and of a cell without them. */
const cellPatterns: Readonly<Record<Separator, readonly [RegExp, RegExp]>> = {
  ',': [/^\s*"((?:[^"]|"")*)"\s*(,|$)/, /^([^",]*)(,|$)/],
  ';': [/^\s*"((?:[^"]|"")*)"\s*(;|$)/, /^([^";]*)(;|$)/],
};
/** Maximum number of faults in one report. */
const faultsMax = 50;
const timeExample = '2026-03-01T07:00+01:00';

/** The rows that can be read, and the faults of the other lines. */
export type CsvText = { readonly rows: readonly CsvRow[]; readonly faults: readonly CsvFault[] };

/**
 * Returns the rows of the lines, and the faults with their lines, at most `faultsMax`. The header shows whether commas
 * or semicolons separate the cells: Excel writes semicolons in countries with a decimal comma. In a cell with several
 * beds, semicolons separate the beds. A time must name its offset from UTC, because the same local time happens twice
 * in the night in which clocks go back.
 */
export function readAssignmentsCsv(lines: readonly string[]): CsvText {
  const faults: CsvFault[] = [];
  const rows: CsvRow[] = [];
  const separator = separators.find(
    (sign) =>
      cellsOf(lines[0] ?? '', sign)
        ?.map((cell) => cell.trim().toLowerCase())
        .join() === csvHeader,
  );
  if (separator === undefined) {
    const message = `The first line must be ${csvHeader}, with commas or semicolons between the words.`;
    return { rows, faults: [{ line: 1, message }] };
  }
  for (const [index, text] of lines.entries()) {
    const cells = cellsOf(text, separator);
    // Ignores rows of empty cells, which spreadsheet programs add.
    if (index === 0 || cells?.every((cell) => cell.trim() === '')) continue;
    const line = index + 1;
    const row = readRow(cells, separator);
    if (typeof row === 'string') faults.push({ line, message: row });
    else rows.push({ line, ...row });
  }
  if (rows.length + faults.length === 0) faults.push({ line: 2, message: 'There is no row under the header.' });
  return { rows, faults: faults.slice(0, faultsMax) };
}

/** Returns the row of one line, or the sentence that says what is wrong. */
function readRow(cells: readonly string[] | undefined, separator: Separator): Omit<CsvRow, 'line'> | string {
  if (cells === undefined) return 'A quotation mark is not closed.';
  if (cells.length !== 5) {
    const hint = separator === ';' ? ' Several beds need quotation marks: "ICU-1;ICU-2".' : '';
    return `The line has ${cells.length} cells instead of 5.${hint}`;
  }
  const [duty = '', bedsText = '', userId = '', fromText = '', untilText = ''] = cells.map((cell) => cell.trim());
  if (!isDuty(duty)) return `The duty must be one of ${duties.join(', ')}.`;
  const beds = bedsText === '' ? [] : bedsText.split(';').map((bed) => bed.trim());
  for (const name of [userId, ...beds]) {
    const fault = name === '' ? 'is empty' : textFault(name);
    if (fault) return `The name "${visibleText(name)}" ${fault}.`;
  }
  const from = instantOf(fromText);
  const until = instantOf(untilText);
  if (from === undefined || until === undefined)
    return `A time must have its date and its offset from UTC, for example ${timeExample}.`;
  return { duty, userId, from, until, ...(beds.length > 0 ? { beds } : {}) };
}

/**
 * Returns the cells of a line; undefined if a quotation mark is not closed. A cell in quotation marks may contain the
 * separator.
 */
function cellsOf(line: string, separator: Separator): string[] | undefined {
  const [quoted, plain] = cellPatterns[separator];
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const match = quoted.exec(rest) ?? plain.exec(rest);
    if (!match) return undefined;
    cells.push((match[1] ?? '').replaceAll('""', '"'));
    if (match[2] === '') return cells;
    rest = rest.slice(match[0].length);
  }
}

const isDuty = (text: string): text is Duty => duties.some((duty) => duty === text);

/** Returns an instant in UTC; undefined if the text has no offset or is no time. */
function instantOf(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, date, time, seconds = '00', offset = ''] = match;
  const localMs = parseInstant(`${date}T${time}:${seconds}.000Z`);
  if (localMs === undefined) return undefined;
  if (offset === 'Z') return formatInstant(localMs);
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  if (hours > 14 || minutes > 59) return undefined;
  const offsetMs = (hours * 60 + minutes) * 60_000 * (offset.startsWith('-') ? -1 : 1);
  return formatInstant(localMs - offsetMs);
}
