import { describe, expect, it } from 'vitest';
import { normalText, textFault, textFaultIn, visibleLines, visibleText } from './text.ts';

describe('textFault takes the names of people and things', () => {
  it.each<[string, string]>([
    ['English', "Siobhan O'Brien-Smith"],
    ['Spanish', 'Núñez'],
    ['Spanish, decomposed', 'Nu\u0301n\u0303ez'],
    ['Vietnamese', 'Nguyễn Thị Hồng'],
    ['Vietnamese, decomposed', 'Nguyễn Thị Hồng'.normalize('NFD')],
    ['Turkish', 'Işıl İnönü'],
    ['Greek', 'Παπαδόπουλος'],
    ['Russian', 'Щербакова'],
    ['Arabic', 'محمد عبد الله'],
    ['Arabic with vowel signs', 'مُحَمَّدٌ'],
    ['Persian with a non-joiner within a word', 'علی‌رضا'],
    ['Hebrew', 'שָׁלוֹם בן־דוד'],
    ['Hindi with a joiner', 'क्‍षमा'],
    ['Malayalam that ends in virama and joiner', 'അനില്‍'],
    ['Sinhala with a joiner', 'ශ්‍රී ලංකා'],
    ['Thai', 'สมชาย'],
    ['Tibetan', 'བསོད་ནམས'],
    ['Chinese', '欧阳娜娜'],
    ['Chinese outside the first plane', '𠮷野家'],
    ['Japanese with a full-width space', '山田　太郎'],
    ['Japanese with a variation selector', '葛\u{e0100}城'],
    ['Korean', '김민준'],
    ['a ward', 'ICU 2 (north)'],
    ['a model', 'IntelliVue MX800 · rev. 2.1/B'],
    ['an emoji', 'Bed 🛏️'],
    ['a family of emoji', '👩‍👩‍👧'],
    ['digits', '0'],
  ])('%s', (_name, text) => {
    expect(textFault(text)).toBeUndefined();
    expect(visibleText(text)).toBe(text);
  });
});

describe('textFault refuses a text that a screen would show as another text', () => {
  it.each<[string, string, string]>([
    ['an empty text', '', 'is empty'],
    ['a line end', 'Doe\nHR 30', 'control character (U+000A)'],
    ['a carriage return', 'Doe\rJohn', 'control character (U+000D)'],
    ['a terminal escape', 'Doe\u001b[2J', 'control character (U+001B)'],
    ['U+0000', 'a\u0000b', 'control character (U+0000)'],
    ['delete', 'a\u007fb', 'control character (U+007F)'],
    ['a C1 control', 'a\u009bb', 'control character (U+009B)'],
    ['a line separator', 'a\u2028b', 'control character (U+2028)'],
    ...[0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069].map(
      (code): [string, string, string] => [
        `the bidirectional control ${code.toString(16)}`,
        `a${String.fromCodePoint(code)}b`,
        'direction of writing',
      ],
    ),
    ['a right-to-left mark in Hebrew', 'דוד\u200f', 'direction of writing'],
    ['a zero-width space', 'IC\u200bU', 'cannot be seen (U+200B)'],
    ['a word joiner', 'IC\u2060U', 'cannot be seen (U+2060)'],
    ['a byte order mark', '\ufeffICU', 'cannot be seen (U+FEFF)'],
    ['a soft hyphen', 'IC\u00adU', 'cannot be seen (U+00AD)'],
    ['a joiner between Latin letters', 'IC\u200dU', 'cannot be seen (U+200D)'],
    ['a non-joiner at the end of a Persian word', 'علی\u200c', 'cannot be seen (U+200C)'],
    ['a non-joiner alone', '\u200c', 'cannot be seen (U+200C)'],
    ['a variation selector behind a letter', 'A\ufe0f', 'cannot be seen (U+FE0F)'],
    ['a Hangul filler', '\u3164', 'cannot be seen (U+3164)'],
    ['a blank Braille pattern', '\u2800', 'cannot be seen (U+2800)'],
    ['tag characters', 'a\u{e0041}\u{e0042}', 'cannot be seen (U+E0041)'],
    ['half a surrogate pair', 'a\ud83d', 'half a character (U+D83D)'],
    ['the other half', '\ude00a', 'half a character (U+DE00)'],
    ['private use', 'a\ue000', 'no part of a text (U+E000)'],
    ['a noncharacter', 'a\uffff', 'no part of a text (U+FFFF)'],
    ['an interlinear annotation', 'a\ufff9b', 'no part of a text (U+FFF9)'],
    ['white space only', '  ', 'shows nothing'],
    ['a no-break space only', '\u00a0', 'shows nothing'],
    ['a space in front', ' ICU', 'begins or ends'],
    ['a space behind', 'ICU ', 'begins or ends'],
    ['a no-break space within', 'ICU\u00a01', 'unusual space (U+00A0)'],
    ['two spaces', 'ICU  1', 'two spaces'],
    ['a mark in front', '\u0301a', 'begins with a mark'],
    ['a tower of marks', `a${'\u0336'.repeat(9)}`, 'more than 8 marks'],
  ])('%s', (_name, text, fault) => {
    expect(textFault(text)).toContain(fault);
  });

  it('takes as many marks as it says and not one more', () => {
    expect(textFault(`x${'\u0336'.repeat(8)}`)).toBeUndefined();
    expect(textFault(`x${'\u0336'.repeat(9)}`)).toBeDefined();
  });
});

describe('visibleText', () => {
  it.each<[string, string, string]>([
    ['a plain text', 'HR 134 > 120', 'HR 134 > 120'],
    ['nothing', '', ''],
    ['an override', 'Doe\u202enhoJ', 'Doe\\u{202e}nhoJ'],
    ['a terminal escape', '\u001b[31mred', '\\u{1b}[31mred'],
    ['a line end', 'a\nb', 'a\\u{a}b'],
    ['a tab', 'a\tb', 'a\\u{9}b'],
    ['a zero-width space', 'IC\u200bU', 'IC\\u{200b}U'],
    ['half a surrogate pair', 'a\ud83d', 'a\\u{d83d}'],
    ['private use', '\ue000', '\\u{e000}'],
    ['too many marks', `x${'\u0336'.repeat(9)}y`, `x${'\u0336'.repeat(8)}\\u{336}y`],
    ['a name', 'Nguyễn علی‌رضا', 'Nguyễn علی‌رضا'],
  ])('writes out %s', (_name, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(visibleText(shown)).toBe(shown);
  });

  it('keeps the line ends of several lines', () => {
    expect(visibleLines('a\u202e\n\u001bb\r\n')).toBe('a\\u{202e}\n\\u{1b}b\\u{d}\n');
  });
});

it('normalText composes', () => {
  expect(normalText('Nu\u0301n\u0303ez')).toBe('Núñez');
});

describe('textFaultIn', () => {
  it.each<[string, unknown, string | undefined]>([
    ['a good body', { patient: { familyName: 'Núñez', givenName: '' }, version: 3, bed: null }, undefined],
    ['a bad member', { patient: { familyName: 'a\u202eb' } }, 'patient.familyName'],
    ['a bad item', { wards: ['ICU', 'ICU '] }, 'wards.1'],
    ['a bad name of a member', { 'a\u202eb': 1 }, ''],
    ['a bad text by itself', 'ICU ', ''],
  ])('finds where %s is bad', (_name, value, at) => {
    expect(textFaultIn(value)?.at).toBe(at);
  });

  it('does not follow what is nested without end', () => {
    let deep: unknown = 'a\u202e';
    for (let i = 0; i < 10_000; i += 1) deep = [deep];
    expect(textFaultIn(deep)).toBeUndefined();
  });
});
