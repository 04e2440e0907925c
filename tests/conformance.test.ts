import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { citedIn, idsOf, pageFaults, readPage } from './conformance.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs', 'mqtt-conformance.md'), 'utf8');
/** These files hold statements that do not exist. */
const itself = /^tests\/conformance(?:\.test)?\.ts$/;

const sources = new Map(
  ['gateway', 'tests', 'simulators', 'contracts', 'log', 'process'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !itself.test(path))
      .map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')]),
  ),
);

it('the page names every statement once, and names only tests that exist', () => {
  expect(pageFaults(readPage(text), sources)).toEqual([]);
});

it('the sources cite statements that exist', () => {
  expect([...sources.values()].flatMap(citedIn).length).toBeGreaterThan(50);
  expect([idsOf('3.1.1').length, idsOf('5.0').length]).toEqual([141, 251]);
});

describe('it finds', () => {
  const row = '| [MQTT-3.14.4-2] | after DISCONNECT the client sends nothing |';
  it.each([
    ['a statement that is missing', /^.*\[MQTT-3\.12\.4-1\].*\n/m, '', /MQTT-3\.12\.4-1 is missing/],
    ['a statement twice', row, `${row} *client:* x |\n${row}`, /MQTT-3\.14\.4-2 stands twice/],
    [
      'a statement that does not exist',
      row,
      `| [MQTT-3.14.4-9] | x | *client:* x |\n${row}`,
      /3\.14\.4-9 does not exist/,
    ],
    ['a wrong count', '| 5.0 | 251 |', '| 5.0 | 252 |', /its counts are 251/],
    ['a test that is not there', '"comes once"', '"comes twice"', /"comes twice", not in gateway\/listener\/connect/],
    [
      'a file that is not there',
      '`listener/connect` "comes once"',
      '`listener/x` "comes once"',
      /listener\/x, which is/,
    ],
    ['a statement without test', '`listener/connect` "comes once"', 'somewhere', /MQTT-3\.1\.0-2 names no test/],
  ])('the check finds %s', (_name, from, to, fault) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(pageFaults(readPage(changed), sources)).toContainEqual(expect.stringMatching(fault));
  });

  it('the check finds a citation of a statement that does not exist', () => {
    const cited = new Map([...sources, ['gateway/x.ts', '// [MQTT-9.9.9-9]']]);
    expect(pageFaults(readPage(text), cited)).toEqual(['gateway/x.ts cites MQTT-9.9.9-9, which does not exist']);
  });
});
