import { describe, expect, it } from 'vitest';
import { csvHeader, readAssignmentsCsv } from './assignment-csv.ts';

const times = '2026-03-01T07:00+01:00,2026-03-01T15:00+01:00';
const faultsOf = (...lines: string[]) =>
  readAssignmentsCsv([csvHeader, ...lines]).faults.map(({ line, message }) => `${line}: ${message}`);
/** Returns the rows as `line duty beds user`. */
const rowsOf = (...lines: string[]) =>
  readAssignmentsCsv(lines).rows.map(
    ({ line, duty, beds = [], userId }) => `${line} ${duty} ${beds.join('+')} ${userId}`,
  );

describe('readAssignmentsCsv', () => {
  it('readAssignmentsCsv returns rows with their line numbers, and reads several beds, quotation marks and time offsets', () => {
    const result = readAssignmentsCsv([
      csvHeader,
      `nurse,ICU-1; ICU-2,anna,${times}`,
      '',
      `buddy,"Bed 3, ""left""",ben,2026-03-01 06:00Z,2026-03-01T14:00:30Z`,
      `physician,,paul,2026-03-01T00:30-05:00,2026-03-01T08:00-05:00`,
    ]);
    expect(result).toEqual({
      faults: [],
      rows: [
        {
          line: 2,
          duty: 'nurse',
          beds: ['ICU-1', 'ICU-2'],
          userId: 'anna',
          from: '2026-03-01T06:00:00.000Z',
          until: '2026-03-01T14:00:00.000Z',
        },
        {
          line: 4,
          duty: 'buddy',
          beds: ['Bed 3, "left"'],
          userId: 'ben',
          from: '2026-03-01T06:00:00.000Z',
          until: '2026-03-01T14:00:30.000Z',
        },
        {
          line: 5,
          duty: 'physician',
          userId: 'paul',
          from: '2026-03-01T05:30:00.000Z',
          until: '2026-03-01T13:00:00.000Z',
        },
      ],
    });
  });

  it.each([
    [
      'a local time',
      'nurse,ICU-1,anna,2026-03-01T07:00,2026-03-01T15:00',
      '2: A time must have its date and its offset from UTC, for example 2026-03-01T07:00+01:00.',
    ],
    ['a day that does not exist', 'nurse,ICU-1,anna,2026-02-30T07:00Z,2026-03-01T15:00Z', '2: A time must'],
    ['an offset of more than 14 h', 'nurse,ICU-1,anna,2026-03-01T07:00+15:00,2026-03-01T15:00Z', '2: A time must'],
    [
      'an unknown duty',
      `matron,ICU-1,anna,${times}`,
      '2: The duty must be one of nurse, buddy, charge-nurse, physician, technician.',
    ],
    ['too few cells', 'nurse,ICU-1,anna', '2: The line has 3 cells instead of 5.'],
    ['an open quotation mark', `nurse,"ICU-1,anna,${times}`, '2: A quotation mark is not closed.'],
    ['no user', `nurse,ICU-1,,${times}`, '2: The name "" is empty.'],
    ['an empty bed', `nurse,ICU-1;,anna,${times}`, '2: The name "" is empty.'],
    ['a hidden character', `nurse,ICU-1\u202e,anna,${times}`, '2: The name "ICU-1\\u{202e}" holds a character'],
  ])('readAssignmentsCsv refuses a line with %s', (_, line, expected) => expect(faultsOf(line)[0]).toContain(expected));

  it.each([
    [
      'in quotation marks, as LibreOffice writes it',
      '"duty","beds","user","from","until"',
      `"nurse","ICU-1;ICU-2","anna",${times}`,
    ],
    ['with capitals and spaces', 'Duty, Beds, User, From, Until', `nurse,ICU-1;ICU-2,anna,${times}`],
    [
      'with semicolons, as Excel writes it',
      'duty;beds;user;from;until',
      `nurse;"ICU-1;ICU-2";anna;${times.replace(',', ';')}`,
    ],
  ])('readAssignmentsCsv reads a header %s', (_, header, row) =>
    expect(rowsOf(header, row)).toEqual(['2 nurse ICU-1+ICU-2 anna']),
  );

  it('a line with too many cells, in a file with semicolons, gets the hint that several beds need quotation marks', () => {
    const { faults } = readAssignmentsCsv(['duty;beds;user;from;until', 'nurse;ICU-1;ICU-2;anna;x;y']);
    expect(faults).toEqual([
      { line: 2, message: 'The line has 6 cells instead of 5. Several beds need quotation marks: "ICU-1;ICU-2".' },
    ]);
  });

  it('readAssignmentsCsv ignores rows of empty cells, and reads the good rows of a text that also has a fault', () => {
    const lines = [csvHeader, ',,,,', 'x', `nurse,ICU-1,anna,${times}`, '""," ",,,'];
    expect(rowsOf(...lines)).toEqual(['4 nurse ICU-1 anna']);
    expect(faultsOf(...lines.slice(1))).toEqual(['3: The line has 1 cells instead of 5.']);
  });

  it('readAssignmentsCsv reports every fault, up to 50', () => {
    expect(faultsOf('x', `nurse,ICU-1,anna,${times}`, 'y')).toHaveLength(2);
    expect(faultsOf(...Array.from({ length: 60 }, () => 'x'))).toHaveLength(50);
  });

  it('readAssignmentsCsv refuses a text with another header, and a text without rows', () => {
    expect(readAssignmentsCsv(['user,duty'])).toMatchObject({ rows: [], faults: [{ line: 1 }] });
    expect(faultsOf('')).toEqual(['2: There is no row under the header.']);
  });
});
