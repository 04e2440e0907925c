import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import { type HourCount, spansOf, spanValuesMax, valuesMax } from './what-if-spans.ts';

const t0 = Date.parse('2026-03-01T00:00:00.000Z');
const hour = (n: number, valueCount: number): HourCount => ({ atMs: t0 + n * hourMs, valueCount });
const msAtHour = (hours: number) => t0 + hours * hourMs;

describe('spansOf', () => {
  it('few values give one span, within the requested time', () => {
    const counts = [hour(3, 60), hour(1, 60), hour(2, 60)];
    expect(spansOf(counts, msAtHour(1.5), msAtHour(3.25))).toEqual({
      fromMs: msAtHour(1.5),
      spans: [{ fromMs: msAtHour(1.5), toMs: msAtHour(3.25) }],
    });
  });

  it('many values give several spans without gaps and overlaps', () => {
    const counts = Array.from({ length: 25 }, (_, n) => hour(n, 7_200));
    const { fromMs, spans } = spansOf(counts, msAtHour(0.5), msAtHour(24.5));
    expect([fromMs, spans[0]?.fromMs, spans.at(-1)?.toMs]).toEqual([msAtHour(0.5), msAtHour(0.5), msAtHour(24.5)]);
    for (const [n, { fromMs: from, toMs }] of spans.entries()) {
      expect(toMs - from).toBeLessThanOrEqual((hourMs * spanValuesMax) / 7_200);
      if (n > 0) expect(from).toBe(spans[n - 1]!.toMs);
    }
  });

  it('if there are too many values, the spans cover only the newest hours, and the examined time begins later', () => {
    const counts = Array.from({ length: 24 }, (_, n) => hour(n, valuesMax / 4));
    const { fromMs, spans } = spansOf(counts, msAtHour(0), msAtHour(24));
    expect([fromMs, spans[0]?.fromMs, spans.at(-1)?.toMs]).toEqual([msAtHour(20), msAtHour(20), msAtHour(24)]);
  });

  it('an hour with too many values gives no span', () => {
    expect(spansOf([hour(0, valuesMax + 1)], msAtHour(0), msAtHour(1))).toEqual({ fromMs: msAtHour(1), spans: [] });
  });

  it('hours without values give no span', () => {
    expect(spansOf([hour(0, 0)], msAtHour(0), msAtHour(24))).toEqual({ fromMs: msAtHour(0), spans: [] });
  });
});
