import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { citedIn, idsOf, pageFaults, readPage } from './conformance.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs', 'mqtt-conformance.md'), 'utf8');
/** The two files of this check are left out, because they cite statements that do not exist. */
const ownFiles = /^tests\/conformance(?:\.test)?\.ts$/;

const sources = new Map(
  ['gateway', 'tests', 'simulators', 'contracts', 'log', 'process'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !ownFiles.test(path))
      .map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')]),
  ),
);

it('docs/mqtt-conformance.md names every statement once, and names only tests that exist', () => {
  expect(pageFaults(readPage(text), sources)).toEqual([]);
});

it('the sources cite more than 50 statements, and the standards have 141 and 251 statements', () => {
  expect([...sources.values()].flatMap(citedIn).length).toBeGreaterThan(50);
  expect([idsOf('3.1.1').length, idsOf('5.0').length]).toEqual([141, 251]);
});

describe('pageFaults', () => {
  const row = '| [MQTT-3.14.4-2] | after DISCONNECT the client must send nothing |';
  it.each([
    ['a statement that is missing', /^.*\[MQTT-3\.12\.4-1\].*\n/m, '', /MQTT-3\.12\.4-1 is missing/],
    ['a statement with two rows', row, `${row} *client:* x |\n${row}`, /MQTT-3\.14\.4-2 has two rows/],
    [
      'a statement that does not exist',
      row,
      `| [MQTT-3.14.4-9] | x | *client:* x |\n${row}`,
      /3\.14\.4-9 does not exist/,
    ],
    ['a wrong count', '| 5.0 | 251 |', '| 5.0 | 252 |', /the counts must be 251/],
    [
      'a test that does not exist',
      '"the listener ends the connection at a second CONNECT"',
      '"ends the connection at a third CONNECT"',
      /"ends the connection at a third CONNECT", which is not in gateway\/listener\/connect/,
    ],
    [
      'a file that does not exist',
      '`listener/connect` "the listener ends the connection at a second CONNECT"',
      '`listener/x` "the listener ends the connection at a second CONNECT"',
      /listener\/x, which does not exist/,
    ],
    [
      'a paragraph with a test that does not exist',
      'and publishes no will',
      'and publishes each will',
      /a paragraph names "a gateway .* publishes each will", which is not in tests\/foreign\/clients/,
    ],
    [
      'a test that does not exist in a file with its whole name',
      '`foreign/clients` "a gateway that',
      '`tests/foreign/clients.int.test.ts`: "no gateway that',
      /a paragraph names "no gateway .*", which is not in tests\/foreign\/clients/,
    ],
    [
      'a statement without a test',
      '`listener/connect` "the listener ends the connection at a second CONNECT"',
      'somewhere',
      /MQTT-3\.1\.0-2 names no test/,
    ],
  ])('pageFaults finds %s', (_name, from, to, fault) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(pageFaults(readPage(changed), sources)).toContainEqual(expect.stringMatching(fault));
  });

  it('pageFaults finds a citation of a statement that does not exist', () => {
    const sourcesWithCitation = new Map([...sources, ['gateway/x.ts', '// [MQTT-9.9.9-9]']]);
    expect(pageFaults(readPage(text), sourcesWithCitation)).toEqual([
      'gateway/x.ts cites MQTT-9.9.9-9, which does not exist',
    ]);
  });
});
