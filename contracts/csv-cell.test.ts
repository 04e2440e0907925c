import { expect, it } from 'vitest';
import { csvCell } from './csv-cell.ts';

it.each<[string | number, string]>([
  ['', ''],
  ['Nora', 'Nora'],
  ['Nora, nurse', '"Nora, nurse"'],
  ['she said "no"', '"she said ""no"""'],
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-5', "'-5"],
  [-5, '-5'],
  [-0.25, '-0.25'],
  [0, '0'],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1', " '=1"],
  ['a;=1', "a;'=1"],
  ['a; -1, b', '"a; \'-1, b"'],
  ['a-b', 'a-b'],
  ['two\nlines', 'two\\u{a}lines'],
])('the cell of %j is %j, and no spreadsheet reads it as a formula', (content, cell) =>
  expect(csvCell(content)).toBe(cell),
);
