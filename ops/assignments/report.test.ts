import { expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, away, declined, ended, hour } from '../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../contracts/duties.ts';
import { addToHistory, type History, historyLines, listRows, tableLines } from './report.ts';

const { beds: _, ...charge } = assignmentOf(9, 'chief', [6, 18], ['x'], 'charge-nurse');
const events = [
  assigned('chief', 6, charge),
  assigned('chief', 6, assignmentOf(1, 'anna', [7, 15], ['ICU-10', 'ICU-2'])),
  accepted('anna', 6.5, 1),
  assigned('chief', 6, assignmentOf(2, '=ben', [15, 23], ['ICU-2'])),
  declined('=ben', 7, 2),
  away('anna', 50, [9, 10]),
  ended('chief', 16, 1),
];
const stateUntil = (count: number) => events.slice(0, count).reduce(evolve, initialState);

it('listRows has a row for each duty of the ward and for each bed; ICU-2 comes before ICU-10', () => {
  expect(listRows(stateUntil(6), 'icu', hour(8)).map((row) => row.join('|'))).toEqual([
    '|charge-nurse|chief|chief|accepted',
    '|physician|nobody||',
    '|technician|nobody||',
    'ICU-2|nurse|anna|anna|accepted',
    'ICU-10|nurse|anna|anna|accepted',
  ]);
  expect(listRows(stateUntil(6), 'icu', hour(9.5))[3]).toEqual(['ICU-2', 'nurse', 'anna', 'anna', 'away']);
  expect(listRows(stateUntil(7), 'icu', hour(17))[3]).toEqual(['ICU-2', 'nurse', 'nobody', '', '']);
});

it('tableLines aligns the columns', () => {
  const lines = tableLines(listRows(stateUntil(6), 'icu', hour(8)));
  expect(lines[0]).toBe('bed     duty          person  account  standing');
  expect(lines[4]).toBe('ICU-2   nurse         anna    anna     accepted');
});

it('historyLines has one line for each assignment, with its answers and its end; no cell is a formula for a spreadsheet', () => {
  const history: History = new Map();
  for (const event of events) addToHistory(history, event);
  const [header, ...rows] = historyLines(history);
  expect(header).toContain('ward,duty,beds,user');
  expect(rows[1]).toBe(
    'icu,nurse,ICU-10;ICU-2,anna,anna,2026-03-01T07:00:00.000Z,2026-03-01T15:00:00.000Z,2026-03-01T06:00:00.000Z,chief,2026-03-01T06:30:00.000Z,,2026-03-01T16:00:00.000Z,chief',
  );
  expect(rows[2]).toContain(",'=ben,'=ben,");
  expect(rows[2]).toMatch(/,I am ill\.,,$/);
});
