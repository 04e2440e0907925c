import { describe, expect, it } from 'vitest';
import {
  cssPxPerMm,
  endMsOf,
  horizontalLines,
  instantOfTime,
  labelTimes,
  type Paper,
  paperSpeedChoices,
  shownMs,
  startAfterKey,
  startWithin,
  timeAt,
  verticalLines,
  wholeHours,
  xOf,
} from './paper.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const paperOf = (fields: Partial<Paper> = {}): Paper => ({
  ...{ startMs: t0, widthPx: 1_000, mmPerSecond: 25, pxPerMm: 4, ...fields },
});

describe('the place of an instant', () => {
  it.each(paperSpeedChoices)('at the speed %d mm/s, a second is as many millimetres wide', (mmPerSecond) => {
    const paper = paperOf({ mmPerSecond });
    expect(xOf(paper, t0 + 1_000) / paper.pxPerMm).toBeCloseTo(mmPerSecond, 9);
  });

  it('a screen with more pixels for each millimetre shows less time', () => {
    expect(shownMs(paperOf())).toBe(10_000);
    expect(shownMs(paperOf({ pxPerMm: 8 }))).toBe(5_000);
    expect(endMsOf(paperOf({ pxPerMm: cssPxPerMm })) - t0).toBeCloseTo((1_000 / cssPxPerMm / 25) * 1_000, 3);
  });

  it('timeAt is the reverse of xOf', () => {
    const paper = paperOf({ mmPerSecond: 6.25, pxPerMm: 3.78 });
    for (const x of [-50, 0, 333.3, 1_000]) expect(xOf(paper, timeAt(paper, x))).toBeCloseTo(x, 4);
  });
});

describe('the bounds of the view', () => {
  const bounds = { firstMs: t0, lastMs: t0 + 60_000 };

  it.each([
    ['inside the bounds', 10_000, 10_000],
    ['before the first instant', -1, 0],
    ['that is the last possible start', 50_000, 50_000],
    ['that is 1 ms after the last possible start', 50_001, 50_000],
  ])('startWithin returns a start inside the bounds, for a start %s', (_, wantedMs, expectedMs) => {
    expect(startWithin(t0 + wantedMs, 10_000, bounds) - t0).toBe(expectedMs);
  });

  it('a view that is longer than the whole time begins at the first instant', () => {
    expect(startWithin(t0 + 30_000, 90_000, bounds)).toBe(t0);
  });

  it.each([
    ['ArrowLeft', false, 19_000],
    ['ArrowRight', false, 21_000],
    ['ArrowRight', true, 20_100],
    ['PageUp', false, 11_000],
    ['PageDown', false, 29_000],
    ['Home', false, 0],
  ])('the key %s (Shift: %s) moves the start from 20,000 to %d ms', (key, isShift, expectedMs) => {
    const start = startAfterKey(key, isShift, t0 + 20_000, 10_000, bounds);
    expect(Number(start) - t0).toBeCloseTo(expectedMs, 6);
  });

  it('the key End goes to the present, and a key that is not listed does nothing', () => {
    expect(startAfterKey('End', false, t0, 10_000, bounds)).toBe('live');
    expect(startAfterKey('x', false, t0, 10_000, bounds)).toBeUndefined();
  });
});

describe('the grid', () => {
  it('the grid has a line for each millimetre, and every fifth line is bold', () => {
    const lines = verticalLines(paperOf({ widthPx: 40 }));
    expect(lines.map(({ at }) => Math.round(at))).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
    expect(lines.map(({ isBold }) => isBold).filter(Boolean)).toHaveLength(3);
  });

  it('the grid moves with the waves', () => {
    const before = verticalLines(paperOf());
    const after = verticalLines(paperOf({ startMs: t0 + 40 }));
    // 40 ms are one millimetre at 25 mm/s.
    expect(after.filter(({ isBold }) => isBold)[0]!.at).toBeCloseTo(
      before.filter(({ isBold }) => isBold)[1]!.at - 4,
      6,
    );
  });

  it('the grid has no thin lines if a millimetre has too few pixels', () => {
    expect(verticalLines(paperOf({ pxPerMm: 2.9, widthPx: 29 })).every(({ isBold }) => isBold)).toBe(true);
    expect(horizontalLines(100, 2.9).every(({ isBold }) => isBold)).toBe(true);
  });

  it('the grid has a horizontal line in the middle of the row, and as many lines above it as below it', () => {
    expect(horizontalLines(40, 4).map(({ at }) => at)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  });

  it('the grid has labels at whole seconds, with enough room between two labels', () => {
    expect(labelTimes(paperOf({ startMs: t0 + 1 }), 100).map((ms) => ms - t0)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => s * 1_000),
    );
    // At 6.25 mm/s a second is 25 px wide. A label needs 100 px, so only each fifth second has a label.
    expect(labelTimes(paperOf({ mmPerSecond: 6.25 }), 100).map((ms) => ms - t0)).toEqual(
      [0, 5, 10, 15, 20, 25, 30, 35].map((s) => s * 1_000),
    );
  });
});

/** Returns the local time of day in a zone, as a browser in this zone computes it. */
function timeOfDayIn(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return (ms: number) => {
    const [h = 0, m = 0, s = 0] = format.format(ms).split(':').map(Number);
    return h * 3_600 + m * 60 + s;
  };
}

describe('a typed time of day', () => {
  const berlin = timeOfDayIn('Europe/Berlin');
  const at = (text: string) => Date.parse(text);
  const now = at('2026-06-01T12:00:00.500Z');

  it.each([
    ['14:00', '2026-06-01T12:00:00.000Z'],
    ['14:00:01', '2026-05-31T12:00:01.000Z'],
    ['13:59:59', '2026-06-01T11:59:59.000Z'],
    ['0:00', '2026-05-31T22:00:00.000Z'],
    [' 23:59 ', '2026-05-31T21:59:00.000Z'],
  ])('instantOfTime returns for "%s" the latest instant with this time of day', (text, instant) => {
    expect(instantOfTime(text, now, berlin)).toBe(at(instant));
  });

  it.each(['', '24:00', '12:60', '12', '12:00:60', 'noon'])(
    'instantOfTime returns undefined for "%s", which is not a time of day',
    (text) => {
      expect(instantOfTime(text, now, berlin)).toBeUndefined();
    },
  );

  it('if a time of day comes twice because the clocks are set back, instantOfTime returns the second instant', () => {
    // 02:30 is at 00:30Z (summer time) and at 01:30Z (winter time).
    expect(instantOfTime('02:30', at('2026-10-25T06:00:00.000Z'), berlin)).toBe(at('2026-10-25T01:30:00.000Z'));
    expect(instantOfTime('01:30', at('2026-10-25T06:00:00.000Z'), berlin)).toBe(at('2026-10-24T23:30:00.000Z'));
  });

  it('if a time of day does not exist because the clocks are set forward, instantOfTime returns undefined', () => {
    expect(instantOfTime('02:30', at('2026-03-29T06:00:00.000Z'), berlin)).toBeUndefined();
    expect(instantOfTime('01:30', at('2026-03-29T06:00:00.000Z'), berlin)).toBe(at('2026-03-29T00:30:00.000Z'));
  });

  it('wholeHours returns the whole hours of local time, also in a zone whose offset is not a whole hour', () => {
    const bounds = { firstMs: at('2026-10-24T20:10:00.000Z'), lastMs: at('2026-10-25T04:10:00.000Z') };
    const hours = wholeHours(bounds, () => -60);
    expect(hours[0]).toBe(at('2026-10-24T21:00:00.000Z'));
    expect(hours).toHaveLength(8);
    expect(wholeHours(bounds, () => -330)[0]).toBe(at('2026-10-24T20:30:00.000Z'));
  });
});
