import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import {
  changedMinutes,
  coveredStaysMax,
  coveredWavesMax,
  emptyCoverage,
  emptyTimes,
  forgetCoverage,
  lateDelays,
  noteChunk,
  type WaveCoverage,
} from './wave-coverage.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const stay = 'association-1';
const code = 'MDC_ECG_ELEC_POTL_II';

/** Notes one chunk for each second of a span. Times are seconds after `t0`. */
function play(coverage: WaveCoverage, from: number, to: number, fields: { code?: string; receivedS?: number } = {}) {
  for (let s = from; s < to; s += 1)
    noteChunk(coverage, stay, {
      ...{ code: fields.code ?? code, startMs: t0 + s * 1_000, endMs: t0 + (s + 1) * 1_000 },
      receivedMs: t0 + (fields.receivedS ?? s + 1) * 1_000,
    });
}
const spans = (coverage: WaveCoverage, from: number, to: number) =>
  emptyTimes(coverage, stay, { fromMs: t0 + from * 1_000, toMs: t0 + to * 1_000 }).map(({ empty, ...wave }) => [
    wave.code,
    empty.map(({ fromMs, toMs }) => [(fromMs - t0) / 1_000, (toMs - t0) / 1_000]),
  ]);

it('a device that names a new wave in each chunk fills no more than the places of its stay', () => {
  const coverage = emptyCoverage(t0);
  for (let hour = 0; hour < 24; hour += 1)
    for (let n = 0; n < 20; n += 1) {
      const from = hour * 3_600 + n * 10;
      play(coverage, from, from + 1, { code: `MDC_NO_${hour}_${n}` });
    }
  expect(spans(coverage, 0, 24 * 3_600)).toHaveLength(coveredWavesMax);
  // A known wave keeps its place in later hours.
  play(coverage, 23 * 3_600, 24 * 3_600, { code: 'MDC_NO_0_0' });
  expect(spans(coverage, 23 * 3_600, 24 * 3_600)).toContainEqual(['MDC_NO_0_0', []]);
  // After the hours of the other waves are forgotten, new waves have places again.
  play(coverage, 60 * 3_600, 100 * 3_600);
  expect(spans(coverage, 99 * 3_600, 100 * 3_600)).toEqual([[code, []]]);
});

describe('the times of a stay that have samples', () => {
  it('each wave has its own outages, and samples that come late fill an outage', () => {
    const coverage = emptyCoverage(t0);
    play(coverage, 0, 100);
    play(coverage, 160, 300);
    play(coverage, 0, 300, { code: 'MDC_PULS_OXIM_PLETH' });
    expect(spans(coverage, 0, 300)).toEqual([
      [code, [[100, 160]]],
      ['MDC_PULS_OXIM_PLETH', []],
    ]);
    play(coverage, 100, 130, { receivedS: 900 });
    expect(spans(coverage, 0, 300)[0]).toEqual([code, [[130, 160]]]);
  });

  it.each([
    [
      'a chunk that begins in one slot and ends in the next covers both',
      9_500,
      10_500,
      [
        [0, 5],
        [15, 60],
      ],
    ],
    [
      'a chunk that ends at the border covers only its own slot',
      9_000,
      10_000,
      [
        [0, 5],
        [10, 60],
      ],
    ],
    ['a chunk that claims to be far too long covers only three slots', 0, 1e9, [[15, 60]]],
  ] as const)('%s', (_what, startMs, endMs, expected) => {
    const coverage = emptyCoverage(t0);
    noteChunk(coverage, stay, { code, startMs: t0 + startMs, endMs: t0 + endMs, receivedMs: t0 + 1e4 });
    expect(spans(coverage, 0, 60)).toEqual([[code, expected]]);
  });

  it.each([0, 1, 4, 5, 9])('an outage of 10 s is found, also if it begins at second %s', (second) => {
    const coverage = emptyCoverage(t0);
    play(coverage, 0, 30 + second);
    play(coverage, 40 + second, 120);
    expect(spans(coverage, 0, 120)[0]?.[1]).toHaveLength(1);
  });

  it('a slot that is only partly in the requested time does not count as empty', () => {
    const coverage = emptyCoverage(t0);
    play(coverage, 30, 40);
    expect(spans(coverage, 1, 59)).toEqual([
      [
        code,
        [
          [5, 30],
          [40, 55],
        ],
      ],
    ]);
  });

  it('a page learns which minutes got samples since its last answer, also minutes of long ago', () => {
    const coverage = emptyCoverage(t0);
    play(coverage, 0, 180);
    const { change } = coverage;
    expect(changedMinutes(coverage, stay, change)).toEqual([]);
    play(coverage, 70, 75, { receivedS: 190 });
    expect(changedMinutes(coverage, stay, change)).toEqual([t0 + 60_000]);
    expect(changedMinutes(coverage, stay, 0)).toEqual([t0, t0 + 60_000, t0 + 120_000]);
    expect(changedMinutes(coverage, 'another stay', 0)).toEqual([]);
  });

  it('if a minute came late, its delay says where in the log its samples are', () => {
    const coverage = emptyCoverage(t0);
    play(coverage, 0, 60);
    play(coverage, 60, 120, { receivedS: 3_720 });
    const span = { fromMs: t0, toMs: t0 + 180_000 };
    expect(lateDelays(coverage, stay, span, 0)).toEqual([3_600_000]);
    // The clock of the device is an hour behind: then nothing came late.
    expect(lateDelays(coverage, stay, span, 3_600_000)).toEqual([]);
    expect(lateDelays(coverage, 'another stay', span, 0)).toEqual([]);
  });

  it('a clock that jumps ahead for a moment does not end the memory, and memory stays bounded', () => {
    const coverage = emptyCoverage(t0);
    play(coverage, 0, 60);
    for (let hour = 1_000; hour < 1_100; hour += 1) play(coverage, hour * 3_600, hour * 3_600 + 1, { receivedS: 60 });
    play(coverage, 60, 120);
    expect(spans(coverage, 0, 120)).toEqual([[code, []]]);
    expect(coverage.stays.get(stay)?.hours.size).toBeLessThanOrEqual(30);
    for (let i = 0; i < coveredStaysMax; i += 1)
      noteChunk(coverage, `stay-${i}`, { code, startMs: t0, endMs: t0 + 1_000, receivedMs: t0 + 200_000 + i });
    expect(coverage.stays.size).toBe(coveredStaysMax);
    expect(coverage.stays.has(stay)).toBe(false);
    forgetCoverage(coverage, t0 + 200_000 + 26 * hourMs + 10);
    expect(coverage.stays.size).toBe(coveredStaysMax - 10);
  });
});
