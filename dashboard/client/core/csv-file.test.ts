import { expect, it } from 'vitest';
import { csvLines } from './csv-file.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);
const notUtf8 = { ok: false, message: 'The file is not in UTF-8. Save it again, in Excel as “CSV UTF-8”.' };

it.each<[string, Uint8Array, object]>([
  ['lines that end with CR and LF', utf8('a\r\nb\r\n'), { ok: true, lines: ['a', 'b'] }],
  ['lines that end with LF', utf8('a\nb'), { ok: true, lines: ['a', 'b'] }],
  ['lines that end with CR', utf8('a\rb\r'), { ok: true, lines: ['a', 'b'] }],
  ['an empty line in between', utf8('a\n\nb\n\n'), { ok: true, lines: ['a', '', 'b'] }],
  ['a byte order mark', utf8('\ufeffa'), { ok: true, lines: ['a'] }],
  ['UTF-16', utf16('Müller'), { ok: true, lines: ['Müller'] }],
  ['an umlaut in UTF-8', utf8('Müller'), { ok: true, lines: ['Müller'] }],
  ['an umlaut in ANSI', new Uint8Array([0x4d, 0xfc, 0x6c]), notUtf8],
  ['no content', utf8(''), { ok: false, message: 'The file is empty.' }],
  ['only empty lines', utf8('\r\n\r\n'), { ok: false, message: 'The file is empty.' }],
  ['100 rows', utf8('x\n'.repeat(101)), { ok: true, lines: Array(101).fill('x') }],
  [
    '101 rows',
    utf8('x\n'.repeat(102)),
    { ok: false, message: 'The file has 101 rows. Upload at most 100 rows at a time.' },
  ],
])('csvLines returns the right result for a file with %s', (_, bytes, expected) =>
  expect(csvLines(bytes, 101)).toEqual(expected),
);
