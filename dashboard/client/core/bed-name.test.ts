import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bedParts, fitBedName, longestPart } from './bed-name.ts';

it('a line may break after a space, a hyphen, a slash and a low line, and nowhere else', () => {
  expect(bedParts('Intensivstation-2-Bettplatz-14')).toEqual(['Intensivstation-', '2-', 'Bettplatz-', '14']);
  expect(bedParts('Room 1/2_A')).toEqual(['Room ', '1/', '2_', 'A']);
});

it('the parts of any name are the name, so that two beds never look the same', () => {
  fc.assert(fc.property(fc.string({ maxLength: 40 }), (name) => bedParts(name).join('') === name));
});

describe('fitBedName', () => {
  it.each([
    // Beside the patient, in large letters.
    ['U-1', 298, false, { fontPx: 16, lines: 1, isWide: false }],
    ['Window place 12B anteroom', 298, false, { fontPx: 16, lines: 2, isWide: false }],
    // One letter more than the line of large letters has room for.
    ['Bettplatz-1234', 298, false, { fontPx: 16, lines: 1, isWide: false }],
    ['Bettenplatz1234', 298, false, { fontPx: 14, lines: 1, isWide: false }],
    ['Intensivstation-2-Bettplatz-14', 298, false, { fontPx: 14, lines: 2, isWide: false }],
    // On a compact tile the name needs the whole width.
    ['Intensivstation-2-Bettplatz-14', 198, true, { fontPx: 12, lines: 2, isWide: true }],
    ['U-12', 198, true, { fontPx: 16, lines: 1, isWide: false }],
    // A word that is longer than every line breaks, in the largest letters that need as few lines.
    ['Intensivstationsbettplatz14', 198, true, { fontPx: 14, lines: 2, isWide: true }],
  ] as const)('"%s" on a tile of %d px (compact: %s): %j', (name, tilePx, isCompact, expected) => {
    expect(fitBedName(name, tilePx, isCompact)).toMatchObject(expected);
  });

  it('on a tile of the normal size, no line breaks inside a word of 16 letters, and a name has at most 4 lines', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,15}$/);
    const name = fc.tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.constantFrom('-', '/', ' ', '_'));
    fc.assert(
      fc.property(name, fc.constantFrom(198, 298, 464), ([words, sign], tilePx) => {
        const text = words.join(sign).slice(0, 40);
        const { fontPx, lines, isWide } = fitBedName(text, tilePx, tilePx === 198);
        const roomPx = (tilePx - (tilePx === 198 ? 32 : 8)) * (isWide ? 1 : 0.6) - 16;
        const longest = Math.max(...bedParts(text).map((part) => part.trimEnd().length));
        return longest * fontPx * 0.69 <= roomPx && lines <= 4;
      }),
    );
  });
});

it.each([
  ['U-1', 2],
  ['Intermediate Care', 12],
  ['Intensivstation-2-Bettplatz-14', 16],
  ['', 0],
])('the longest part of "%s" has %d letters', (name, letters) => {
  expect(longestPart(name)).toBe(letters);
});
