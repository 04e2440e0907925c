/** Reads the values of a trend from InfluxDB. Values that InfluxDB does not have are read from the log. */
import { createWorkPause } from '../../process/work-pause.ts';
import type { TrendSource } from '../protocol/trends.ts';
import { deviceShiftMs, splitPlan } from './core/trend-clock.ts';
import { createStepSums, cutOf, joinRows, missingFromMs, recentPlan, type StepSums } from './core/trend-log-rows.ts';
import type { TrendPlan, TrendRow } from './core/trend-query.ts';
import { clockMarginMs } from './log-pieces.ts';
import type { LogPoint, TrendLog } from './trend-log.ts';
import type { TrendStore } from './trend-store.ts';

export type TrendQuestion = {
  readonly account: string;
  readonly associationId: string;
  /** By the clock of the device. */
  readonly plan: TrendPlan;
  /** Device time of the newest usable value that the screens have; undefined if the screens have no value. */
  readonly newestMs: number | undefined;
  /**
   * When the newest scores on the screens were made, by the clock of the server; undefined if the screens have no
   * scores.
   */
  readonly newestScoresMs: number | undefined;
  /** The measured error of the device's clock: negative if the clock is ahead. */
  readonly clockOffsetMs: number;
  readonly nowMs: number;
};

type Rows = ReadonlyMap<string, readonly TrendRow[]>;
export type TrendValues = { readonly rows: Rows; readonly source: TrendSource };

/**
 * The parameters or the scores of a trend. The server checks separately for parameters and for scores whether InfluxDB
 * is behind: InfluxDB may have the newest scores and no new reading, because they come from different topics.
 */
type Half = {
  readonly plan: TrendPlan;
  readonly newestMs: number | undefined;
  /** The error of the clock that made the times of the plan. */
  readonly clockOffsetMs: number;
  readonly nowMs: number;
  /** What is added to the times of the rows to get times of the device. */
  readonly shiftMs: number;
};

/** @throws VigilError `trends-unavailable` if neither InfluxDB nor the log can be read */
export async function readTrend(
  { trends, trendLog }: { readonly trends: Pick<TrendStore, 'query'>; readonly trendLog: TrendLog },
  question: TrendQuestion,
): Promise<TrendValues> {
  const { account, associationId } = question;
  const halves = halvesOf(question);
  let failure: unknown;
  const stored = await readStored(trends, question, halves).catch((error: unknown) => {
    failure = error;
    return undefined;
  });
  const gaps = await Promise.all(
    halves.map(async (half, index) => {
      const { plan, newestMs, nowMs } = half;
      const rows: Rows | undefined = stored?.[index];
      if (rows === undefined) return { ...half, rows: new Map<string, readonly TrendRow[]>(), missingMs: plan.fromMs };
      const hasRecent = await hasRecentValue(trends, associationId, half, rows);
      return { ...half, rows, missingMs: missingFromMs(plan, rows, newestMs, nowMs, hasRecent) };
    }),
  );
  const missing = gaps.flatMap((gap) => (gap.missingMs === undefined ? [] : [{ ...gap, missingMs: gap.missingMs }]));
  if (missing.length === 0) return { rows: rowsByDevice(gaps), source: { from: 'store' } };
  const askedMs = Math.min(...missing.map(({ missingMs, shiftMs }) => missingMs + shiftMs));
  try {
    const sinceMs =
      Math.min(...missing.map(({ missingMs, clockOffsetMs }) => missingMs + Math.min(0, clockOffsetMs))) -
      clockMarginMs;
    const log = await trendLog.values(account, associationId, sinceMs);
    // If the log was read back to `sinceMs`, all missing values are known.
    const knownFromMs = log.knownFromMs <= sinceMs ? Number.NEGATIVE_INFINITY : log.knownFromMs;
    const cuts = missing.map((gap) => {
      const cutMs = cutOf(gap.missingMs, knownFromMs, gap.clockOffsetMs, gap.plan.stepMs);
      return { gap, cutMs, sums: createStepSums(gap.plan, cutMs) };
    });
    await addAll(log.points, cuts);
    const joined = cuts.map(({ gap, cutMs, sums }) => ({
      ...gap,
      rows: joinRows(gap.rows, sums.rows(), cutMs, gap.plan.stepMs),
    }));
    return {
      rows: rowsByDevice([...gaps.filter(({ missingMs }) => missingMs === undefined), ...joined]),
      source: {
        from: stored === undefined ? 'log' : 'store-and-log',
        missingFromMs: askedMs,
        logFromMs: Math.max(...cuts.map(({ gap, cutMs }) => Math.min(cutMs, gap.plan.toMs) + gap.shiftMs)),
        isWhole: log.isWhole,
      },
    };
  } catch {
    if (stored === undefined) throw failure;
    return { rows: rowsByDevice(gaps), source: { from: 'store', missingFromMs: askedMs } };
  }
}

function halvesOf({ plan, newestMs, newestScoresMs, clockOffsetMs, nowMs }: TrendQuestion): Half[] {
  const { values, scores } = splitPlan(plan, clockOffsetMs);
  const ofValues = {
    ...{ plan: values, newestMs, clockOffsetMs, shiftMs: 0 },
    nowMs: nowMs + deviceShiftMs(clockOffsetMs),
  };
  // The scores have the time of the alarm processor.
  const ofScores = { plan: scores.plan, newestMs: newestScoresMs, clockOffsetMs: 0, nowMs, shiftMs: scores.shiftMs };
  return [ofValues, ofScores].filter((half) => half.plan.codes.length > 0);
}

/** Reads the rows of each half: with one query, or with two if the clock of the device is wrong. */
async function readStored(
  trends: Pick<TrendStore, 'query'>,
  { plan, associationId }: TrendQuestion,
  halves: readonly Half[],
): Promise<Rows[]> {
  if (halves.some(({ shiftMs }) => shiftMs !== 0))
    return Promise.all(halves.map((half) => trends.query(half.plan, associationId)));
  const rows = await trends.query(plan, associationId);
  return halves.map((half) => new Map([...rows].filter(([code]) => half.plan.codes.includes(code))));
}

/** Returns false if a query shows that InfluxDB is behind, or if InfluxDB does not answer this query. */
async function hasRecentValue(
  trends: Pick<TrendStore, 'query'>,
  associationId: string,
  { plan, newestMs, nowMs }: Half,
  rows: Rows,
): Promise<boolean> {
  const recent = recentPlan(plan, rows, newestMs, nowMs);
  if (recent === undefined) return true;
  const found = await trends.query(recent, associationId).catch(() => new Map<string, readonly TrendRow[]>());
  return [...found.values()].some((ofCode) => ofCode.length > 0);
}

/** Returns the rows of all halves, by the clock of the device. */
function rowsByDevice(halves: readonly { readonly rows: Rows; readonly shiftMs: number }[]): Rows {
  return new Map(
    halves.flatMap(({ rows, shiftMs }) =>
      [...rows].map(([code, ofCode]): [string, readonly TrendRow[]] => [
        code,
        shiftMs === 0 ? ofCode : ofCode.map((row) => ({ ...row, timeMs: row.timeMs + shiftMs })),
      ]),
    ),
  );
}

/** After this number of values, other work of the process may run: less than 1 ms of work. */
const pauseEveryPoints = 1_000;

async function addAll(points: Iterable<LogPoint>, cuts: readonly { readonly sums: StepSums }[]): Promise<void> {
  const pause = createWorkPause();
  let count = 0;
  for (const point of points) {
    for (const { sums } of cuts) sums.add(point);
    count += 1;
    if (count % pauseEveryPoints === 0) await pause();
  }
}
