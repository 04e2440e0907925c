import { expect, it } from 'vitest';
import { missingReadings, newDeviceGaps, noteReading, noteUnused } from './device-gaps.ts';

const t0 = Date.UTC(2026, 0, 6, 7, 30);
const hour = 3_600_000;

/** Returns the gaps after readings, each `[seq, second]`. */
function after(readings: readonly (readonly [number, number])[], boot = 'boot-1', gaps = newDeviceGaps()) {
  for (const [seq, s] of readings) {
    const timeMs = t0 + s * 1_000;
    noteReading(gaps, { boot, seq, timeMs }, timeMs, timeMs);
  }
  return gaps;
}

it.each([
  [
    'no gap',
    [
      [1, 0],
      [2, 1],
      [3, 2],
    ],
    0,
  ],
  [
    'a gap of 2',
    [
      [1, 0],
      [4, 3],
    ],
    2,
  ],
  [
    'a missing reading that comes later',
    [
      [1, 0],
      [4, 3],
      [2, 4],
    ],
    1,
  ],
  [
    'all missing readings come later',
    [
      [1, 0],
      [4, 3],
      [3, 4],
      [2, 5],
    ],
    0,
  ],
  [
    'a repeated reading',
    [
      [1, 0],
      [2, 1],
      [2, 2],
      [3, 3],
    ],
    0,
  ],
] as const)('missingReadings counts only readings that never came: %s', (_, readings, missing) => {
  expect(missingReadings(after(readings), t0 + 9_000)).toEqual({ missing, unused: 0, sinceMs: t0 });
});

it('a new start of the device is no gap', () => {
  const gaps = after([[7, 5]], 'boot-2', after([[1, 0]]));
  expect(missingReadings(gaps, t0 + 9_000)?.missing).toBe(0);
});

it('missingReadings is not known without a numbered reading, and old records at the start are not counted', () => {
  const gaps = newDeviceGaps();
  expect(missingReadings(gaps, t0)).toBeNull();
  noteReading(gaps, { boot: 'b', seq: 1, timeMs: t0 }, t0, t0 + 61_000);
  expect(missingReadings(gaps, t0)).toBeNull();
  noteReading(gaps, { boot: 'b', seq: 90, timeMs: t0 + 89_000 }, t0 + 89_000, t0 + 90_000);
  // An older record that is read after the newest record.
  noteReading(gaps, { boot: 'b', seq: 50, timeMs: t0 + 49_000 }, t0 + 49_000, t0 + 90_000);
  expect(missingReadings(gaps, t0 + 90_000)).toEqual({ missing: 0, unused: 0, sinceMs: t0 + 89_000 });
});

it('gaps are forgotten after a day; the memory is bounded', () => {
  const gaps = newDeviceGaps();
  for (let n = 0; n < 100; n += 1) after([[1 + 2 * n, n * 3_600]], 'boot-1', gaps);
  expect(gaps.hours.length).toBeLessThanOrEqual(25);
  const nowMs = t0 + 99 * hour;
  expect(missingReadings(gaps, nowMs)?.sinceMs).toBe(Math.floor((nowMs - 24 * hour) / hour) * hour);
  expect(missingReadings(gaps, nowMs + 26 * hour)?.missing).toBe(0);
});

it('old records of an earlier start of the device are not counted, and do not hide a gap of the present start', () => {
  const gaps = after([[90, 100]], 'boot-2');
  after([[1, 10]], 'boot-1', gaps);
  after([[5, 14]], 'boot-1', gaps);
  after([[93, 103]], 'boot-2', gaps);
  expect(missingReadings(gaps, t0 + 110_000)).toEqual({ missing: 2, unused: 0, sinceMs: t0 + 100_000 });
});

it('no reading counts as missing if the clock of the gateway is set back after the first reading', () => {
  const gaps = after([[1, 100]]);
  for (let n = 0; n < 200; n += 1) after([[2 + n, 20 + n]], 'boot-1', gaps);
  expect(missingReadings(gaps, t0 + 300_000)?.missing).toBe(0);
});

it('readings that come a day late do not hide other missing readings', () => {
  const gaps = after([[1, 0]]);
  after([[102, 101]], 'boot-1', gaps); // 100 are missing in the first hour.
  const dayS = 24 * 3_600;
  after([[103, dayS - 1_800]], 'boot-1', gaps);
  for (let seq = 2; seq <= 101; seq += 1) after([[seq, dayS - 1_700]], 'boot-1', gaps);
  after([[107, dayS - 1_600]], 'boot-1', gaps); // 3 are missing now.
  expect(missingReadings(gaps, t0 + dayS * 1_000)?.missing).toBe(3);
  expect(missingReadings(gaps, t0 + dayS * 1_000 + 2 * hour)?.missing).toBe(3);
});

/**
 * Returns the missing and the unused readings after these inputs: readings `[seq, second]` and unused numbers `{ from,
 * to }`.
 */
function sumsAfter(
  steps: readonly (
    | readonly [number, number]
    | { readonly from: number; readonly to: number; readonly boot?: string }
  )[],
) {
  const gaps = newDeviceGaps();
  for (const step of steps)
    if ('from' in step) noteUnused(gaps, { boot: 'boot-1', ...step }, t0 + 10_000);
    else after([step], 'boot-1', gaps);
  const sums = missingReadings(gaps, t0 + 60_000);
  return sums && [sums.missing, sums.unused];
}

it.each([
  ['refused after the next reading came', [[1, 0], [5, 4], { from: 2, to: 3 }], [1, 2]],
  ['refused before the next reading came', [[1, 0], { from: 2, to: 3 }, [5, 4]], [1, 2]],
  ['refused, and one more was lost before it', [[1, 0], { from: 3, to: 3 }, [5, 4]], [2, 1]],
  ['refused, and the record came twice', [[1, 0], [5, 4], { from: 2, to: 3 }, { from: 2, to: 3 }], [1, 2]],
  [
    'refused, and the record came twice before the next reading',
    [[1, 0], { from: 2, to: 3 }, { from: 2, to: 3 }, [5, 4]],
    [1, 2],
  ],
  ['refused messages with numbers that were used too', [[1, 0], [2, 1], [5, 4], { from: 1, to: 2 }], [2, 0]],
  ['refused numbers of another start of the device', [[1, 0], [5, 4], { from: 2, to: 4, boot: 'boot-2' }], [3, 0]],
  [
    'every second reading refused for a minute',
    [
      ...Array.from({ length: 30 }, (_, n): [number, number] => [2 * n + 1, 2 * n]),
      ...Array.from({ length: 29 }, (_, n) => ({ from: 2 * n + 2, to: 2 * n + 2 })),
    ],
    [0, 29],
  ],
] as const)('a refused reading does not count as a reading that never came: %s', (_name, steps, expected) => {
  expect(sumsAfter(steps)).toEqual(expected);
});

it('unused numbers from before the beginning of the count change nothing', () => {
  const gaps = newDeviceGaps();
  noteUnused(gaps, { boot: 'boot-1', from: 2, to: 3 }, t0 - 1);
  after(
    [
      [1, 0],
      [5, 4],
    ],
    'boot-1',
    gaps,
  );
  noteUnused(gaps, { boot: 'boot-1', from: 2, to: 3 }, t0 - 1);
  expect(missingReadings(gaps, t0 + 60_000)).toMatchObject({ missing: 3, unused: 0 });
});
