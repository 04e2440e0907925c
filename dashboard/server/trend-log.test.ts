/**
 * Tests which parts of the log are read for a trend, and what is kept. trend-log.int.test.ts tests the reading itself.
 */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { ReadRecord } from '../../log/sealed-reading.ts';
import { createTrendLogOf } from './trend-log.ts';

const t0 = Date.parse('2026-01-08T10:00:00.000Z');
const own = 'assoc-01';
type Stored = { readonly key: string; readonly atMs: number; readonly value: number; readonly seq: number };

function readingOf({ key, atMs, value, seq }: Stored): ReadRecord {
  const values = [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }];
  const body = {
    deviceId: 'bed-01',
    receivedAt: formatInstant(atMs),
    reading: { time: formatInstant(atMs), values },
  };
  return {
    opened: { origin: { key, boot: 'boot-1', seq } },
    record: { contentType: contentTypes.observation, body },
  } as unknown as ReadRecord;
}

/** Opens a log that is read from memory. `fails` chooses the reads that fail or never end. */
function openLog(
  stored: Stored[],
  fails: (fromMs: number, key: string | undefined) => 'fails' | 'hangs' | undefined = () => undefined,
  pointsMax?: number,
) {
  const asked: string[] = [];
  const clock = { nowMs: t0 };
  const trendLog = createTrendLogOf(
    async ({ topic, key, sinceMs, untilMs }, onRecord, signal) => {
      if (topic !== 'observations') return true;
      asked.push(`${(t0 - sinceMs) / minuteMs} to ${(t0 - untilMs()) / minuteMs}`);
      const fault = fails(sinceMs, key);
      if (fault === 'fails') throw new Error('Kafka is away');
      if (fault === 'hangs')
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      for (const record of stored) if (record.atMs >= sinceMs && record.atMs <= untilMs()) onRecord(readingOf(record));
      return true;
    },
    { now: () => clock.nowMs, logger: pino({ level: 'silent' }), ...(pointsMax !== undefined && { pointsMax }) },
  );
  return { trendLog, asked, clock };
}

const valuesOf = ({ points }: { readonly points: Iterable<{ readonly value: number }> }) =>
  [...points].map(({ value }) => value).sort((a, b) => a - b);

describe('the values of the log', () => {
  const stored = [10, 40, 100, 400, 2_000].map((minutes, i) => ({
    ...{ key: own, atMs: t0 - minutes * minuteMs, value: minutes / 10, seq: 10 - i },
  }));

  it('the newest part is read first, and then older parts back to the asked time', async () => {
    const { trendLog, asked } = openLog(stored);
    const answer = await trendLog.values('nora', own, t0 - 5 * hourMs);
    expect(valuesOf(answer)).toEqual([1, 4, 10]);
    expect(answer).toMatchObject({ knownFromMs: t0 - 5 * hourMs, isWhole: true });
    expect(asked).toEqual(['15 to 0', '60 to 15', '180 to 60', '300 to 180']);
  });

  it('a second request reads only the time since the first request', async () => {
    const { trendLog, asked, clock } = openLog(stored);
    await trendLog.values('nora', own, t0 - hourMs);
    clock.nowMs += 30_000;
    stored.push({ key: own, atMs: t0 + 10_000, value: 7, seq: 20 });
    expect(valuesOf(await trendLog.values('nora', own, t0 - hourMs))).toEqual([1, 4, 7]);
    stored.pop();
    expect(asked.slice(2)).toEqual(['1 to -0.5']);
  });

  it('a patient whose values cannot be read stops only the requests for this patient', async () => {
    const other = { key: 'assoc-02', atMs: t0 - minuteMs, value: 99, seq: 99 };
    const { trendLog } = openLog([other], (_, key) => (key === own ? 'fails' : undefined));
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(trendLog.values('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
      expect(valuesOf(await trendLog.values('nora', 'assoc-02', t0 - hourMs))).toEqual([99]);
    }
  });

  it('the answer has no value of another association, even if the value is in the same partition', async () => {
    const { trendLog } = openLog([...stored, { key: 'assoc-02', atMs: t0 - 1_000, value: 99, seq: 99 }]);
    expect(valuesOf(await trendLog.values('nora', own, t0 - 7 * dayMs))).toEqual([1, 4, 10, 40, 200]);
  });

  it('the answer has a repeated reading once, and a correction replaces the value', async () => {
    const at = { key: own, atMs: t0 - minuteMs };
    const { trendLog } = openLog([
      { ...at, value: 80, seq: 1 },
      { ...at, value: 85, seq: 2 },
      { ...at, value: 80, seq: 1 },
    ]);
    expect(valuesOf(await trendLog.values('nora', own, t0 - hourMs))).toEqual([85]);
  });

  it('if an older part cannot be read, the answer has the time since which the values are known', async () => {
    const { trendLog } = openLog(stored, (fromMs) => (fromMs < t0 - hourMs ? 'fails' : undefined));
    const answer = await trendLog.values('nora', own, t0 - 7 * dayMs);
    expect(valuesOf(answer)).toEqual([1, 4]);
    expect(answer.knownFromMs).toBe(t0 - hourMs);
  });

  it('if the newest part cannot be read, the request fails; further requests fail immediately for some seconds, without a read', async () => {
    const { trendLog, asked, clock } = openLog(stored, () => 'fails');
    await expect(trendLog.values('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    await expect(trendLog.values('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(asked).toHaveLength(1);
    clock.nowMs += 20_000;
    await expect(trendLog.values('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(asked).toHaveLength(2);
  });

  it('an older part with too many values is left out, and is not read again', async () => {
    const older = Array.from({ length: 9 }, (_, i) => ({ key: own, atMs: t0 - hourMs + i, value: i, seq: i }));
    const { trendLog, asked } = openLog([...stored, ...older], undefined, 10);
    const answer = await trendLog.values('nora', own, t0 - 5 * hourMs);
    expect(valuesOf(answer)).toEqual([1]);
    expect(answer.knownFromMs).toBe(t0 - 15 * minuteMs);
    await trendLog.values('nora', own, t0 - 5 * hourMs);
    expect(asked).toEqual(['15 to 0', '60 to 15', '1 to 0']);
  });

  it('during a long failure of InfluxDB, the newest values are kept and the oldest are forgotten', async () => {
    const all = Array.from({ length: 300 }, (_, i) => ({ key: own, atMs: t0 + i * minuteMs, value: i, seq: i }));
    const { trendLog, clock } = openLog(all, undefined, 100);
    let newest = await trendLog.values('nora', own, t0 - minuteMs);
    for (; clock.nowMs < t0 + 299 * minuteMs; clock.nowMs += minuteMs)
      newest = await trendLog.values('nora', own, t0 - minuteMs);
    const kept = valuesOf(newest);
    expect(kept.at(-1)).toBe(298);
    expect(kept.length).toBeLessThanOrEqual(100);
    // The answer names a time (`knownFromMs`). The answer must have each value since this time exactly once.
    const knownFrom = (newest.knownFromMs - t0) / minuteMs;
    expect(kept).toEqual(Array.from({ length: 299 - knownFrom }, (_, i) => knownFrom + i));
  });

  it('the next reading does not start from values that nobody used for hours', async () => {
    const { trendLog, asked, clock } = openLog(stored);
    await trendLog.values('nora', own, t0 - minuteMs);
    clock.nowMs += 8 * hourMs;
    await trendLog.values('nora', own, clock.nowMs - minuteMs);
    expect(asked).toEqual(['1 to 0', '-479 to -480']);
  });
});
