import { describe, expect, it } from 'vitest';
import { heardReport, lookAtPainter, type PaintWatch, startWatch } from './paint-watch.ts';

const lookEveryMs = 500;

/** Looks from `fromMs` to `toMs`, with a report each second up to `reportsToMs`. */
function pass(
  watch: PaintWatch,
  fromMs: number,
  toMs: number,
  { reportsToMs = toMs, lateMs = 5, isSeen = true } = {},
): PaintWatch {
  let now = watch;
  for (let ms = fromMs; ms <= toMs; ms += lookEveryMs) {
    if (ms % 1000 === 0 && ms <= reportsToMs) now = heardReport(now, lateMs, ms);
    now = lookAtPainter(now, ms, isSeen);
  }
  return now;
}
const painting = () => pass(startWatch(0), 0, 10_000);

describe('a painter that reports each second', () => {
  it('paints', () => {
    expect(painting().isStuck).toBe(false);
  });

  it('is stuck 3 s after its last report, not before', () => {
    expect(pass(painting(), 10_500, 13_000, { reportsToMs: 10_000 }).isStuck).toBe(false);
    expect(pass(painting(), 10_500, 13_500, { reportsToMs: 10_000 }).isStuck).toBe(true);
  });

  it('is stuck when it reports and has drawn no frame for more than 3 s', () => {
    expect(pass(painting(), 10_500, 12_000, { lateMs: 2_900 }).isStuck).toBe(false);
    expect(pass(painting(), 10_500, 12_000, { lateMs: 3_100 }).isStuck).toBe(true);
  });

  it('paints again with its next good report', () => {
    const stuck = pass(painting(), 10_500, 20_000, { reportsToMs: 10_000 });
    expect(pass(stuck, 20_500, 21_000).isStuck).toBe(false);
  });
});

describe('a painter that does not report', () => {
  it('may take 15 s to load', () => {
    expect(pass(startWatch(0), 500, 15_000, { reportsToMs: 0 }).isStuck).toBe(false);
    expect(pass(startWatch(0), 500, 15_500, { reportsToMs: 0 }).isStuck).toBe(true);
  });

  it('is not stuck on a hidden page, nor just after it', () => {
    const hidden = pass(painting(), 10_500, 60_000, { reportsToMs: 10_000, isSeen: false });
    expect(hidden.isStuck).toBe(false);
    // Its first report tells of the pause.
    expect(heardReport(hidden, 50_000, 60_800).isStuck).toBe(false);
    expect(pass(hidden, 60_500, 63_000, { reportsToMs: 0 }).isStuck).toBe(false);
    expect(pass(hidden, 60_500, 63_500, { reportsToMs: 0 }).isStuck).toBe(true);
  });

  it('is not stuck if the page itself was too busy to read the report', () => {
    expect(lookAtPainter(painting(), 16_000, true).isStuck).toBe(false);
  });
});
