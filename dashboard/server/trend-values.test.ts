import { describe, expect, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { Point } from '../../contracts/trend-points.ts';
import { rowsOfPoints } from './core/trend-log-rows.ts';
import type { TrendPlan, TrendRow } from './core/trend-query.ts';
import type { LogValues } from './trend-log.ts';
import { readTrend } from './trend-values.ts';

const hr = 'MDC_ECG_HEART_RATE';
const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const plan: TrendPlan = { retention: 'raw', stepMs: 10_000, codes: [hr], fromMs: t0, toMs: t0 + hourMs };
/** One value a second, for the whole hour. */
const all = Array.from(
  { length: 3_600 },
  (_, s): Point => ({
    ...{ associationId: 'assoc-01', code: hr, timeMs: t0 + s * 1_000, value: s, questionable: false },
  }),
);
const complete = rowsOfPoints(all, plan, t0);
const away = new VigilError('trends-unavailable', 'The trends cannot be read now.');
const noLog = new VigilError('log-unavailable', 'The log cannot be read now.');

/** Reads a trend. InfluxDB has the values before `storedS`, or is away; the log is known from `logS` on, or is away. */
function read(storedS: number | undefined, logS: number | undefined, clockOffsetMs = 0) {
  const stored = rowsOfPoints(all.slice(0, storedS ?? 0), plan, t0);
  const asked: number[] = [];
  const values = async (_account: string, _id: string, sinceMs: number): Promise<LogValues> => {
    asked.push(sinceMs);
    if (logS === undefined) throw noLog;
    const knownFromMs = Math.max(sinceMs, t0 + logS * 1_000);
    return { points: all.filter(({ timeMs }) => timeMs >= knownFromMs), knownFromMs, isWhole: true };
  };
  const query = async () => {
    if (storedS === undefined) throw away;
    return stored;
  };
  const question = { account: 'nora', associationId: 'assoc-01', plan, newestMs: t0 + 3_599_000, clockOffsetMs };
  // The plan has times of the device.
  const server = { newestScoresMs: undefined, nowMs: plan.toMs + clockOffsetMs };
  return { answer: readTrend({ trends: { query }, trendLog: { values } }, { ...question, ...server }), asked };
}

describe('readTrend', () => {
  it('readTrend does not read the log if InfluxDB has all values', async () => {
    const { answer, asked } = read(3_600, 0);
    expect(await answer).toEqual({ rows: complete, source: { from: 'store' } });
    expect(asked).toEqual([]);
  });

  it('readTrend adds the values that InfluxDB does not have yet, each once', async () => {
    const { rows, source } = await read(1_805, -9_999).answer;
    expect(rows).toEqual(complete);
    expect(source).toEqual({
      ...{ from: 'store-and-log', missingFromMs: t0 + 1_800_000, logFromMs: t0 + 1_800_000, isWhole: true },
    });
  });

  it('readTrend says which part is missing if the log was not read far enough back', async () => {
    const { rows, source } = await read(1_805, 3_001).answer;
    expect(source).toMatchObject({ missingFromMs: t0 + 1_800_000, logFromMs: t0 + 3_010_000 });
    // InfluxDB has only some values of one step. This step is shown all the same: a part is better than nothing.
    expect(rows.get(hr)!.map(({ timeMs }) => timeMs)).toEqual([
      ...complete
        .get(hr)!
        .flatMap(({ timeMs }) => (timeMs <= t0 + 1_800_000 || timeMs >= t0 + 3_010_000 ? [timeMs] : [])),
    ]);
  });

  it('readTrend returns the values of the log if InfluxDB is away', async () => {
    const { rows, source } = await read(undefined, -9_999).answer;
    expect(rows).toEqual(complete);
    expect(source).toMatchObject({ from: 'log', missingFromMs: t0, logFromMs: t0 });
  });

  it('readTrend returns the values of InfluxDB, and says what is missing, if the log is away', async () => {
    const { rows, source } = await read(1_800, undefined).answer;
    expect(rows.get(hr)).toHaveLength(180);
    expect(source).toEqual({ from: 'store', missingFromMs: t0 + 1_790_000 });
  });

  it('readTrend fails with the error of InfluxDB if InfluxDB and the log are away', async () => {
    await expect(read(undefined, undefined).answer).rejects.toBe(away);
  });

  it.each([
    ['right', 0, 0],
    ['ahead', -hourMs, -hourMs],
    ['behind', hourMs, 0],
  ])(
    'readTrend reads the log from the right time if the clock of the device is %s',
    async (_name, clockOffsetMs, shiftMs) => {
      const { answer, asked } = read(1_805, -99_999, clockOffsetMs);
      expect((await answer).rows).toEqual(complete);
      expect(asked).toEqual([t0 + 1_800_000 + shiftMs - 120_000]);
    },
  );

  it('readTrend lets other work run while it sums up many values of the log', async () => {
    let turns = 0;
    let turnsAtEnd = 0;
    function* many() {
      setImmediate(() => void turns++);
      for (let i = 0; i < 1_000_000; i += 1) yield { ...all[i % all.length]!, timeMs: t0 + i };
      turnsAtEnd = turns;
    }
    const query = async () => Promise.reject(away);
    const values = async () => ({ points: many(), knownFromMs: 0, isWhole: true });
    const question = { account: 'nora', associationId: 'assoc-01', plan, newestMs: t0, clockOffsetMs: 0 };
    const server = { newestScoresMs: undefined, nowMs: plan.toMs };
    await readTrend({ trends: { query }, trendLog: { values } }, { ...question, ...server });
    expect(turnsAtEnd).toBe(1);
  });
});

describe('readTrend with steps of an hour', () => {
  const hours: TrendPlan = { ...plan, stepMs: hourMs, fromMs: t0 - hourMs, isTable: true };

  /**
   * Reads the table of two hours. InfluxDB has the values before `storedS`; at the second query InfluxDB may be away.
   */
  function readHours(storedS: number, isAwayAtSecond = false) {
    let queries = 0;
    const query = async (asked: TrendPlan) => {
      queries += 1;
      if (isAwayAtSecond && queries > 1) throw away;
      return rowsOfPoints(all.slice(0, storedS), asked, asked.fromMs);
    };
    const values = async (_account: string, _id: string, sinceMs: number): Promise<LogValues> => ({
      ...{ points: all, knownFromMs: sinceMs, isWhole: true },
    });
    const question = { account: 'nora', associationId: 'assoc-01', plan: hours, newestMs: t0 + 3_599_000 };
    const server = { newestScoresMs: undefined, nowMs: plan.toMs, clockOffsetMs: 0 };
    return readTrend({ trends: { query }, trendLog: { values } }, { ...question, ...server });
  }

  it('the last value of the hour comes from the log, if InfluxDB stopped in the middle of this hour', async () => {
    const { rows, source } = await readHours(300);
    expect(rows.get(hr)!.at(-1)).toMatchObject({ count: 3_600, last: { value: 3_599 } });
    expect(source).toMatchObject({ from: 'store-and-log', missingFromMs: t0 });
  });

  it('the log is not read if InfluxDB has the newest values of the hour', async () => {
    expect((await readHours(3_590)).source).toEqual({ from: 'store' });
  });

  it('the log is read if InfluxDB fails before readTrend knows how far InfluxDB is behind', async () => {
    expect((await readHours(3_600, true)).source).toMatchObject({ from: 'store-and-log' });
  });
});

describe('readTrend of an earlier time, for a comparison', () => {
  const minute = 60_000;
  /** The second quarter of the hour. */
  const earlier: TrendPlan = { ...plan, fromMs: t0 + 15 * minute, toMs: t0 + 30 * minute };

  /** InfluxDB has the values that `isStored` selects. */
  function readEarlier(isStored: (timeMs: number) => boolean) {
    const stored = all.filter(({ timeMs }) => isStored(timeMs - t0));
    const query = async (asked: TrendPlan) => rowsOfPoints(stored, asked, asked.fromMs);
    const values = async (_account: string, _id: string, sinceMs: number): Promise<LogValues> => ({
      ...{ points: all, knownFromMs: sinceMs, isWhole: true },
    });
    const question = { account: 'nora', associationId: 'assoc-01', plan: earlier, newestMs: t0 + 3_599_000 };
    const server = { newestScoresMs: undefined, nowMs: plan.toMs, clockOffsetMs: 0 };
    return readTrend({ trends: { query }, trendLog: { values } }, { ...question, ...server });
  }

  it.each([
    ['before the earlier time', 5],
    ['in the earlier time', 20],
  ])('the values come from the log if InfluxDB stopped %s', async (_name, minutes) => {
    const { rows, source } = await readEarlier((ms) => ms < minutes * minute);
    expect(rows).toEqual(rowsOfPoints(all, earlier, earlier.fromMs));
    expect(source.from).toBe('store-and-log');
  });

  it('the log is not read for a gap in the earlier time if InfluxDB has newer values', async () => {
    const { rows, source } = await readEarlier((ms) => ms < 20 * minute || ms > 40 * minute);
    expect(rows.get(hr)).toHaveLength(30);
    expect(source).toEqual({ from: 'store' });
  });
});

describe('readTrend with scores', () => {
  const news = 'VIGIL_NEWS2';
  const codes = [hr, news];
  /** The scores of the hour, every 5 minutes, by the clock of the server. */
  const scores = Array.from({ length: 12 }, (_, i) => ({ ...all[0]!, code: news, timeMs: t0 + i * 300_000, value: i }));
  const rowsUntil = (readingsS: number, scoresS: number) => (asked: TrendPlan) =>
    rowsOfPoints(
      [...all, ...scores].filter(({ code, timeMs }) => timeMs < t0 + (code === hr ? readingsS : scoresS) * 1_000),
      asked,
      asked.fromMs,
    );

  function readBoth(stored: (asked: TrendPlan) => Map<string, TrendRow[]>, clockOffsetMs = 0) {
    const queries: TrendPlan[] = [];
    const query = async (asked: TrendPlan) => {
      queries.push(asked);
      return stored(asked);
    };
    const values = async (_account: string, _id: string, sinceMs: number): Promise<LogValues> => ({
      points: [...all, ...scores],
      knownFromMs: sinceMs,
      isWhole: true,
    });
    const answer = readTrend(
      { trends: { query }, trendLog: { values } },
      {
        ...{ account: 'nora', associationId: 'assoc-01', plan: { ...plan, codes }, clockOffsetMs },
        ...{
          newestMs: t0 + 3_599_000,
          newestScoresMs: t0 + 3_300_000 + clockOffsetMs,
          nowMs: plan.toMs + clockOffsetMs,
        },
      },
    );
    return { answer, queries };
  }

  it('a newer score does not hide that the readings are 40 minutes behind', async () => {
    const { rows, source } = await readBoth(rowsUntil(1_205, 9_999)).answer;
    expect(rows.get(hr)).toEqual(complete.get(hr));
    expect(rows.get(news)).toHaveLength(12);
    expect(source).toMatchObject({ from: 'store-and-log', missingFromMs: t0 + 1_200_000 });
  });

  it('newer readings do not hide that the scores are behind', async () => {
    const { rows, source } = await readBoth(rowsUntil(9_999, 1_000)).answer;
    expect(rows.get(hr)).toEqual(complete.get(hr));
    expect(rows.get(news)!.map(({ max }) => max)).toEqual([...Array(12).keys()]);
    expect(source).toMatchObject({ from: 'store-and-log', missingFromMs: t0 + 900_000 });
  });

  it('the scores have the time of the device, if its clock is 10 minutes ahead', async () => {
    const aheadMs = 600_000;
    const { answer, queries } = readBoth(rowsUntil(9_999, 9_999), -aheadMs);
    const { rows, source } = await answer;
    expect(source).toEqual({ from: 'store' });
    expect(queries.map(({ codes: [code], fromMs }) => [code, fromMs - t0])).toEqual([
      [hr, 0],
      [news, -aheadMs],
    ]);
    // The score of the server's minute 5 was made at the device's minute 15.
    expect(rows.get(news)!.find(({ max }) => max === 1)?.timeMs).toBe(t0 + 900_000);
  });
});
