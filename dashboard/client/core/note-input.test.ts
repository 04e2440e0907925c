import { expect, it } from 'vitest';
import { textFault } from '../../../contracts/text.ts';
import { authorText, charactersLeft, noteOf } from './note-input.ts';

it.each([
  ['Fasting from 22:00', 'Fasting from 22:00'],
  ['  two\nlines,\r\n\tand  spaces ', 'two lines, and spaces'],
  ['a\u2028b\u00a0c', 'a b c'],
  [' \n ', ''],
])('noteOf(%j) is one line that the server accepts: %j', (typed, expected) => {
  expect(noteOf(typed)).toBe(expected);
  if (expected !== '') expect(textFault(noteOf(typed))).toBeUndefined();
});

it.each([
  ['', 500],
  ['x'.repeat(499), 1],
  ['x'.repeat(500), 0],
  [`${'x'.repeat(500)}  `, 0],
  ['x'.repeat(501), -1],
  ['🐎'.repeat(500), 0],
])('charactersLeft counts the characters that are saved', (typed, expected) => {
  expect(charactersLeft(typed)).toBe(expected);
});

it('authorText names the person and the time', () => {
  const nowMs = new Date(2026, 2, 2, 8).getTime();
  const at = new Date(2026, 2, 2, 7, 10, 5).toISOString();
  expect(authorText({ by: 'Nora Nurse', at }, nowMs)).toBe('Nora Nurse, 07:10');
});
