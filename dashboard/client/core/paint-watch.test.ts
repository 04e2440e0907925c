import { describe, expect, it } from 'vitest';
import { type PaintWatch, startWatch, watchAfterCheck, watchAfterReport } from './paint-watch.ts';

const lookEveryMs = 500;

/** Checks a painter from `fromMs` to `toMs`. The painter sends a report each second until `reportsToMs`. */
function checkPainter(
  watch: PaintWatch,
  fromMs: number,
  toMs: number,
  { reportsToMs = toMs, lateMs = 5, isSeen = true } = {},
): PaintWatch {
  let state = watch;
  for (let ms = fromMs; ms <= toMs; ms += lookEveryMs) {
    if (ms % 1000 === 0 && ms <= reportsToMs) state = watchAfterReport(state, lateMs, ms);
    state = watchAfterCheck(state, ms, isSeen);
  }
  return state;
}
const painting = () => checkPainter(startWatch(0), 0, 10_000);

describe('PaintWatch with reports each second', () => {
  it('a painter that reports each second is not stuck', () => {
    expect(painting().isStuck).toBe(false);
  });

  it('a painter is stuck 3 s after its last report, not before', () => {
    expect(checkPainter(painting(), 10_500, 13_000, { reportsToMs: 10_000 }).isStuck).toBe(false);
    expect(checkPainter(painting(), 10_500, 13_500, { reportsToMs: 10_000 }).isStuck).toBe(true);
  });

  it('a painter that reports is stuck if its frames are more than 3 s late', () => {
    expect(checkPainter(painting(), 10_500, 12_000, { lateMs: 2_900 }).isStuck).toBe(false);
    expect(checkPainter(painting(), 10_500, 12_000, { lateMs: 3_100 }).isStuck).toBe(true);
  });

  it('a stuck painter is not stuck any more after its next good report', () => {
    const stuck = checkPainter(painting(), 10_500, 20_000, { reportsToMs: 10_000 });
    expect(checkPainter(stuck, 20_500, 21_000).isStuck).toBe(false);
  });
});

describe('PaintWatch without reports', () => {
  it('a painter may take 15 s to load', () => {
    expect(checkPainter(startWatch(0), 500, 15_000, { reportsToMs: 0 }).isStuck).toBe(false);
    expect(checkPainter(startWatch(0), 500, 15_500, { reportsToMs: 0 }).isStuck).toBe(true);
  });

  it('a painter is not stuck while its page is hidden and shortly afterwards', () => {
    const hidden = checkPainter(painting(), 10_500, 60_000, { reportsToMs: 10_000, isSeen: false });
    expect(hidden.isStuck).toBe(false);
    // The delay in the first report is the time in which the page was hidden.
    expect(watchAfterReport(hidden, 50_000, 60_800).isStuck).toBe(false);
    expect(checkPainter(hidden, 60_500, 63_000, { reportsToMs: 0 }).isStuck).toBe(false);
    expect(checkPainter(hidden, 60_500, 63_500, { reportsToMs: 0 }).isStuck).toBe(true);
  });

  it('a painter is not stuck if the page was too busy to read its report', () => {
    expect(watchAfterCheck(painting(), 16_000, true).isStuck).toBe(false);
  });
});
