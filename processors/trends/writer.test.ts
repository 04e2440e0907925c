import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { Point } from '../../contracts/trend-points.ts';
import { forgetTimerFailures, timerFailures } from '../../process/timer-tasks.ts';
import { newTrendCounters } from './counters.ts';
import { createTrendWriter, type TrendWriter, type TrendWriterOptions } from './writer.ts';

const point = (n: number): Point => ({ associationId: 'a', code: 'c', timeMs: n, value: n, questionable: false });
const pointsFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => point(from + i));

/**
 * Opens a writer over a store that a test can switch off. `events` has the writes, commits, pauses and resumes in
 * order.
 */
function openWriter(limits: TrendWriterOptions['limits'] = {}) {
  const events: string[] = [];
  const lines: string[] = [];
  const logLines = { write: (line: string) => lines.push(line) };
  const counters = newTrendCounters();
  const store = {
    isAway: false,
    refusedPoints: 0,
    delay: undefined as Promise<void> | undefined,
    /** The code of the store throws if a write has a point for which this returns true. */
    isPoison: (_point: Point) => false,
  };
  /** The number of next calls that throw. */
  const failures = { onFull: 0 };
  const writer = createTrendWriter({
    counters,
    log: pino({}, logLines),
    store: {
      async write(points) {
        await store.delay;
        if (points.some(store.isPoison)) throw new TypeError('cannot write the value of a patient');
        if (store.isAway) throw new VigilError('trends-unavailable', 'away');
        events.push(`write ${points[0]?.timeMs}-${points.at(-1)?.timeMs}`);
        return { written: points.length - store.refusedPoints, refused: store.refusedPoints };
      },
    },
    commit: async (positions) => {
      events.push(`commit ${[...positions].map(([partition, next]) => `${partition}:${next}`).join(' ')}`);
    },
    onFull: (full) => {
      if (failures.onFull-- > 0) throw new TypeError('a fault of the code');
      events.push(full ? 'pause' : 'resume');
    },
    limits: { lingerMs: 5, retryFirstMs: 5, retryMsMax: 10, closeMsMax: 200, ...limits },
  });
  open.push(writer);
  return { writer, events, lines, counters, store, failures };
}

const open: TrendWriter[] = [];
afterEach(async () => {
  for (const writer of open.splice(0)) await writer.close();
});

async function until(condition: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; await sleep(2)) if (condition()) return;
  throw new Error('The condition was not met within 20 s.');
}

describe('the trend writer', () => {
  it('the trend writer commits the newest offset of each partition after the points are written', async () => {
    const { writer, events, counters } = openWriter();
    await writer.add(pointsFrom(0, 2), 3, 12n);
    await writer.add(pointsFrom(2, 3), 4, 7n);
    await writer.add([], 3, 15n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-2', 'commit 3:15 4:7']);
    expect(counters).toMatchObject({ pointsWritten: 3, writesFailed: 0 });
  });

  it('the trend writer commits the offset of records that give no point', async () => {
    const { writer, events, counters } = openWriter();
    await writer.add([], 0, 5n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['commit 0:5']);
  });

  it('the trend writer writes a full batch immediately', async () => {
    const { writer, counters } = openWriter({ batchPointsMax: 10, lingerMs: 3_600_000 });
    await writer.add(pointsFrom(0, 9), 0, 9n);
    await sleep(20);
    expect(counters.pointsWritten).toBe(0);
    await writer.add(pointsFrom(9, 10), 0, 10n);
    await until(() => counters.pointsWritten === 10);
  });

  it('the trend writer writes more points than a batch has in several writes, and commits once', async () => {
    const { writer, events, counters } = openWriter({ batchPointsMax: 10 });
    await writer.add(pointsFrom(0, 25), 0, 25n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-9', 'write 10-19', 'write 20-24', 'commit 0:25']);
  });

  it('the trend writer pauses the reader and commits nothing while the store is away, and writes every point afterwards', async () => {
    const { writer, events, counters, store } = openWriter({ batchPointsMax: 10, pausePoints: 20 });
    store.isAway = true;
    await writer.add(pointsFrom(0, 10), 0, 10n);
    await writer.add(pointsFrom(10, 20), 0, 20n);
    await until(() => counters.writesFailed > 3);
    expect(events).toEqual([]);
    expect(writer.isHealthy).toBe(false);
    await writer.add(pointsFrom(20, 21), 0, 21n);
    expect(events).toEqual(['pause']);
    store.isAway = false;
    await until(() => counters.pointsWritten === 21);
    await until(() => events.at(-1) !== 'write 10-20');
    expect(events.filter((event) => event.startsWith('write'))).toEqual(['write 0-9', 'write 10-19', 'write 20-20']);
    await until(() => events.includes('resume') && events.includes('commit 0:21'));
    expect(writer.pendingPoints).toBe(0);
    expect(writer.isHealthy).toBe(true);
  });

  it('add() waits above the maximum number of pending points', async () => {
    const { writer, store } = openWriter({ batchPointsMax: 5, pausePoints: 5, pendingPointsMax: 10 });
    store.isAway = true;
    await writer.add(pointsFrom(0, 10), 0, 10n);
    let isAdded = false;
    const add = writer.add(pointsFrom(10, 11), 0, 11n).then(() => {
      isAdded = true;
    });
    await sleep(100);
    expect(isAdded).toBe(false);
    store.isAway = false;
    await add;
  });

  it('discard() drops the unwritten points, and their offsets are not committed', async () => {
    const { writer, events, counters, store } = openWriter();
    store.isAway = true;
    await writer.add(pointsFrom(0, 3), 0, 3n);
    await until(() => counters.writesFailed > 0);
    const before = writer.generation;
    writer.discard();
    expect(writer.generation).not.toBe(before);
    store.isAway = false;
    await writer.add(pointsFrom(100, 101), 1, 101n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 100-100', 'commit 1:101']);
  });

  it('discard() during a write prevents the commit of this write', async () => {
    const { writer, events, counters, store } = openWriter();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.delay = promise;
    await writer.add(pointsFrom(0, 3), 0, 3n);
    await sleep(30);
    writer.discard();
    resolve();
    await until(() => counters.pointsWritten === 3);
    await writer.close();
    expect(events).toEqual(['write 0-2']);
  });

  it('the trend writer counts points that the store refuses permanently, and commits their offsets', async () => {
    const { writer, counters, store } = openWriter();
    store.refusedPoints = 1;
    await writer.add(pointsFrom(0, 3), 0, 3n);
    await until(() => counters.commits === 1);
    expect(counters).toMatchObject({ pointsWritten: 2, pointsRefused: 1 });
  });

  it('a point for which the code fails is left out, counted and logged, and all other points are written', async () => {
    const { writer, events, lines, counters, store } = openWriter();
    store.isPoison = ({ timeMs }) => timeMs === 2;
    await writer.add(pointsFrom(0, 5), 0, 5n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-1', 'write 3-4', 'commit 0:5']);
    expect(counters).toMatchObject({ pointsWritten: 4, pointsFailed: 1, writesFailed: 0 });
    expect(lines.join('')).toContain('a point is left out of the trends');
    expect(lines.join('')).not.toContain('value of a patient');
  });

  it('a point for which the code fails waits with the others while the store is away', async () => {
    const { writer, events, counters, store } = openWriter();
    store.isPoison = ({ timeMs }) => timeMs === 2;
    store.isAway = true;
    await writer.add(pointsFrom(0, 5), 0, 5n);
    await until(() => counters.writesFailed > 3);
    expect(counters.commits).toBe(0);
    store.isAway = false;
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-1', 'write 3-4', 'commit 0:5']);
    expect(counters).toMatchObject({ pointsWritten: 4, pointsFailed: 1 });
  });

  it('an error of the writer’s own code is counted, loses no point, and leaves the reader running', async () => {
    forgetTimerFailures();
    const { writer, events, counters, store, failures } = openWriter({ batchPointsMax: 10, pausePoints: 10 });
    const { promise, resolve } = Promise.withResolvers<void>();
    store.delay = promise;
    await writer.add(pointsFrom(0, 11), 0, 11n);
    failures.onFull = 1;
    resolve();
    await until(() => events.includes('resume'));
    await writer.add(pointsFrom(11, 12), 0, 12n);
    await until(() => events.at(-1) === 'commit 0:12');
    expect(counters.pointsWritten).toBe(12);
    expect(timerFailures().get('trends-write')).toBe(1);
  });

  it('close() writes the pending points, and ends in time if the store is away', async () => {
    const up = openWriter({ lingerMs: 3_600_000 });
    await up.writer.add(pointsFrom(0, 3), 0, 3n);
    await up.writer.close();
    expect(up.events).toEqual(['write 0-2', 'commit 0:3']);
    const away = openWriter();
    away.store.isAway = true;
    await away.writer.add(pointsFrom(0, 3), 0, 3n);
    await away.writer.close();
    expect(away.events).toEqual([]);
    expect(away.counters.writesFailed).toBeGreaterThan(0);
  });
});
