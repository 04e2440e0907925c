import { openSync } from 'fontkit';
import { describe, expect, it } from 'vitest';
import { fontFile } from './font.ts';
import { createPrintable } from './printable.ts';

const font = openSync(fontFile('text'));
const newPage = () => createPrintable((codePoint) => 'characterSet' in font && font.hasGlyphForCodePoint(codePoint));

describe('the characters of a printed page', () => {
  it.each([
    'Jäger, Zoë',
    'Őrsi Ünige',
    'Жанна Щукина',
    'Łukasz Żółć',
    'Ελένη',
    'Nguyễn Thị',
    'İsmail Şık',
    '≥ 50–120 →',
    'm\u0303',
  ])('the text %s is printed as it is', (text) => {
    const page = newPage();
    expect(page.print(text)).toBe(text.normalize('NFC'));
    expect(page.hasReplaced()).toBe(false);
  });

  it('a letter and its mark become one character if there is such a character', () => {
    expect(newPage().print('Ja\u0308ger')).toBe('Jäger');
  });

  it.each([
    ['a character that the font lacks', '中 Li', '\\u{4e2d} Li'],
    ['a script that runs from right to left', 'אב', '\\u{5d0}\\u{5d1}'],
    ['a script in which letters change their shape', 'م', '\\u{645}'],
    ['an Indian script', 'क', '\\u{915}'],
    ['a character beyond the first 65,536', '\u{20000}', '\\u{20000}'],
  ])('%s is printed as its code, never as a box or in a wrong order', (_what, text, printed) => {
    const page = newPage();
    expect(page.print(text)).toBe(printed);
    expect(page.hasReplaced()).toBe(true);
  });
});
