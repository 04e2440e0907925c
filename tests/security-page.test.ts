/**
 * Checks docs/security.md: every requirement of the standard has exactly one row, and every test that the page names
 * exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'security.md'), 'utf8');

/**
 * Number of requirements of level 1 or 2 in each section of ASVS 5.0.0. The requirements of level 3 come last in each
 * section.
 */
const requirementCounts: Readonly<Record<string, number>> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2, '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2, '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3, '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2, '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4, '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  ...{ '12.1': 3, '12.2': 2, '12.3': 4, '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3, '15.1': 3, '15.2': 3, '15.3': 7 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
};
const requirementNumbers = Object.entries(requirementCounts).flatMap(([section, last]) =>
  Array.from({ length: last }, (_, index) => `${section}.${index + 1}`),
);
/** Chapters that do not apply to Vigil. */
const unusedChapters = ['V10', 'V17'];

/** A row of a table: the cell with the numbers of requirements, and the other cells. */
type Row = { readonly numbersCell: string; readonly cells: readonly string[] };

function rowsOf(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => /^\| (?:\d|\()/.test(line))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([numbersCell = '', ...cells]) => ({ numbersCell, cells }));
}

/** Returns each number of a cell such as `1.2.6–1.2.8, 1.3.1`. */
function numbersOf({ numbersCell }: Row): string[] {
  return numbersCell.split(', ').flatMap((part) => {
    const [from = '', to = from] = part.split('–');
    const section = from.slice(0, from.lastIndexOf('.'));
    const [begin, end] = [from, to].map((number) => Number(number.split('.').at(-1)));
    return Array.from({ length: (end ?? 0) - (begin ?? 0) + 1 }, (_, index) => `${section}.${(begin ?? 0) + index}`);
  });
}

/** Returns one sentence for each fault of a page. */
function faultsOf(text: string): string[] {
  const rows = rowsOf(text);
  const numbers = rows.filter(({ numbersCell }) => /^\d/.test(numbersCell)).flatMap(numbersOf);
  const faults = [
    ...requirementNumbers.filter((number) => !numbers.includes(number)).map((number) => `${number} is missing`),
    ...numbers.filter((number, index) => numbers.indexOf(number) !== index).map((number) => `${number} has two rows`),
    ...numbers
      .filter((number) => !requirementNumbers.includes(number))
      .map((number) => `${number} is not a requirement of level 1 or 2`),
    ...unusedChapters.filter((chapter) => !text.includes(`### ${chapter} `)).map((chapter) => `${chapter} is missing`),
  ];
  for (const { numbersCell, cells } of rows) {
    const namedTests = [...cells.join(' | ').matchAll(/`([\w./-]+\.test\.tsx?)`(?: "([^"]+)")?/g)];
    const reason = /not yet|do(?:es)? not apply|no test of its own|the operator|no plug-ins/i;
    if (namedTests.length === 0 && !reason.test(cells.at(-1) ?? ''))
      faults.push(`${numbersCell} names no test and no reason why it has no test`);
    for (const [, file = '', title] of namedTests) {
      if (!existsSync(join(root, file))) faults.push(`${numbersCell} names ${file}, which does not exist`);
      else if (title === undefined) faults.push(`${numbersCell} names no title in ${file}`);
      else if (!textOf(file).includes(title)) faults.push(`${numbersCell} names "${title}", which is not in ${file}`);
    }
  }
  return faults;
}

/** Returns the text of a test file without the backslashes before quotes, so that titles can be compared. */
const textOf = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");

it('docs/security.md names every requirement of level 1 and 2 once, and names only tests that exist', () => {
  expect(requirementNumbers.length).toBeGreaterThan(200);
  expect(faultsOf(page)).toEqual([]);
});

describe('faultsOf', () => {
  it.each([
    ['a row that is missing', '| 4.2.1 |', '| 4.2.1x |', '4.2.1 is missing'],
    ['a requirement with two rows', '| 12.1.1 |', '| 12.1.1, 12.1.2 |', '12.1.2 has two rows'],
    ['a row of level 3', '| 8.2.3 |', '| 8.2.3, 8.2.4 |', '8.2.4 is not a requirement of level 1 or 2'],
    ['a file that does not exist', '`dashboard/server/proxies.test.ts`', '`dashboard/proxy.test.ts`', 'does not exist'],
    ['a title that does not exist', '"the listener refuses old versions of TLS"', '"no such title"', '"no such title"'],
    [
      'a row without test or reason',
      '| no test of its own: the page uses no plug-ins |',
      '| fine |',
      '3.7.1 names no test and no reason why it has no test',
    ],
  ])('faultsOf finds %s', (_name, from, to, fault) => {
    const changed = page.replace(from, to);
    expect(changed).not.toBe(page);
    expect(faultsOf(changed)).toContainEqual(expect.stringContaining(fault));
  });
});
