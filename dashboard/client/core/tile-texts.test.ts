import { describe, expect, it } from 'vitest';
import {
  alarmRoomPx,
  alarmStripPx,
  compactStripPx,
  headHeightPx,
  linesOf,
  noticeStripPx,
  textLength,
  textScale,
} from './tile-texts.ts';

it('texts of a tile grow with the tile, without a maximum', () => {
  const scalesOf = (isCompact: boolean, ...sizes: readonly (readonly [number, number])[]) =>
    sizes.map(([widthPx, heightPx]) => textScale(widthPx, heightPx, isCompact));
  expect(scalesOf(false, [300, 200], [466, 300], [932, 600], [1864, 1200])).toEqual([1, 1, 2, 4]);
  expect(scalesOf(true, [190, 110], [200, 120], [400, 240], [800, 240])).toEqual([1, 1, 2, 2]);
});

describe('the strip of an alarm', () => {
  const usual = ['***', 'HR 188 > 160', 'ended, unseen', '99 ×'];
  it.each([
    [usual, 600, 'high', 32],
    [usual, 400, 'high', 58],
    [usual, 400, 'medium', 28],
    [usual, 400, 'low', 26],
    [['***', 'x'.repeat(60)], 400, 'high', 110],
  ] as const)(
    'of the words %j has on a tile of %d px with the priority %s a height of %d px',
    (words, tilePx, priority, px) => {
      expect(alarmStripPx(words, tilePx, priority)).toBe(px);
    },
  );

  it('a text of any length is whole, and leaves room for numbers on a compact tile of 64 beds', () => {
    const lengths = [48, 49, 84, 85, 129].map((chars) => textLength('x'.repeat(chars), false));
    expect(lengths).toEqual(['usual', 'long', 'long', 'longest', 'longest']);
    // Words of six letters, as in the longest text of a device.
    const words = (chars: number) => 'words '.repeat(30).slice(0, chars);
    const heights = [48, 84, 129].map((chars) =>
      compactStripPx(`*** ${words(chars)}`, 188, 'high', textLength('x'.repeat(chars), true)),
    );
    expect(heights).toEqual([49, 79, 76]);
  });

  it('the strip of a high alarm has the largest letters, on a compact tile too', () => {
    const heights = (['high', 'medium', 'low'] as const).map((priority) => [
      alarmStripPx(usual, 900, priority),
      compactStripPx('*** HR 188 > 160', 900, priority),
    ]);
    expect(heights).toEqual([
      [32, 24],
      [28, 22],
      [26, 22],
    ]);
  });

  it('a strip without a text has no height', () => {
    expect([noticeStripPx('', 400), noticeStripPx('Standby', 400)]).toEqual([0, 26]);
  });

  it('the room for a usual alarm is high enough for an alarm with all its remarks', () => {
    for (const tilePx of [298, 384, 464, 780])
      expect(alarmRoomPx(tilePx, false)).toBeGreaterThanOrEqual(
        alarmStripPx([...usual, 'escalated', '+99 *** **'], tilePx, 'high'),
      );
    // The strip of a compact tile has no remarks.
    expect(alarmRoomPx(186, true)).toBe(compactStripPx('*** SpO2 86 < 90', 186, 'high'));
  });
});

describe('headHeightPx', () => {
  const alone = { bed: 'U-1', hasNotice: false, hasSoundOffMark: false, ward: null, state: undefined };
  it.each([
    ['has one line for a short bed name', alone, 28],
    ['has one line if all marks fit beside the bed name', { ...alone, hasNotice: true, state: 'no news yet' }, 28],
    [
      'has one line if only the marks of a notice and of the device’s sound stand beside the bed name',
      { ...alone, hasNotice: true, hasSoundOffMark: true },
      28,
    ],
    [
      'has a second line for a state that does not fit',
      { ...alone, hasNotice: true, state: 'standby until 02:03 CEST' },
      40,
    ],
    ['has room for a bed name of two lines', { ...alone, bed: 'Window place 12B anteroom' }, 43],
    [
      'has separate lines for a long bed name, ward and state',
      {
        bed: 'Window place 12B anteroom',
        hasNotice: true,
        hasSoundOffMark: false,
        ward: 'ICU',
        state: 'standby until 02:03 CEST',
      },
      64,
    ],
  ] as const)('the head of a tile of 298 px %s', (_what, head, px) => {
    expect(headHeightPx(head, 298)).toBe(px);
  });
});

describe('linesOf', () => {
  it.each([
    ['', 100, 1],
    ['1234567890', 100, 1],
    ['12345678901', 100, 2],
    ['12345 67890', 100, 2],
    ['1234 67890', 100, 1],
    ['a 123456789012345678901', 100, 4],
  ])('the text "%s" in %d px needs %d lines', (text, widthPx, lines) => {
    expect(linesOf(text, widthPx, 10)).toBe(lines);
  });
});
