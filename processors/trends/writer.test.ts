import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { Point } from './core/points.ts';
import { newTrendCounters } from './counters.ts';
import { createTrendWriter, type TrendWriter, type TrendWriterOptions } from './writer.ts';

const point = (n: number): Point => ({ associationId: 'a', code: 'c', timeMs: n, value: n, questionable: false });
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => point(from + i));

/** What a writer does, in order, over a store that can be away. */
function setup(limits: TrendWriterOptions['limits'] = {}) {
  const events: string[] = [];
  const counters = newTrendCounters();
  const store = { away: false, refuse: 0, held: undefined as Promise<void> | undefined };
  const writer = createTrendWriter({
    counters,
    log: pino({ level: 'silent' }),
    store: {
      async write(points) {
        await store.held;
        if (store.away) throw new VigilError('trends-unavailable', 'away');
        events.push(`write ${points[0]?.timeMs}-${points.at(-1)?.timeMs}`);
        return { written: points.length - store.refuse, refused: store.refuse };
      },
    },
    commit: async (positions) => {
      events.push(`commit ${[...positions].map(([partition, next]) => `${partition}:${next}`).join(' ')}`);
    },
    onFull: (full) => events.push(full ? 'pause' : 'resume'),
    limits: { lingerMs: 5, retryFirstMs: 5, retryMsMax: 10, closeMsMax: 200, ...limits },
  });
  open.push(writer);
  return { writer, events, counters, store };
}

const open: TrendWriter[] = [];
afterEach(async () => {
  for (const writer of open.splice(0)) await writer.close();
});

async function until(what: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; await sleep(2)) if (what()) return;
  throw new Error('waited in vain');
}

describe('the trend writer', () => {
  it('commits after the points are in, the newest offset of each partition', async () => {
    const { writer, events, counters } = setup();
    await writer.add(many(0, 2), 3, 12n);
    await writer.add(many(2, 3), 4, 7n);
    await writer.add([], 3, 15n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-2', 'commit 3:15 4:7']);
    expect(counters).toMatchObject({ pointsWritten: 3, writesFailed: 0 });
  });

  it('commits also records that make no point', async () => {
    const { writer, events, counters } = setup();
    await writer.add([], 0, 5n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['commit 0:5']);
  });

  it('does not wait for the clock once a batch is full', async () => {
    const { writer, counters } = setup({ batchPointsMax: 10, lingerMs: 3_600_000 });
    await writer.add(many(0, 9), 0, 9n);
    await sleep(20);
    expect(counters.pointsWritten).toBe(0);
    await writer.add(many(9, 10), 0, 10n);
    await until(() => counters.pointsWritten === 10);
  });

  it('writes in parts of a batch', async () => {
    const { writer, events, counters } = setup({ batchPointsMax: 10 });
    await writer.add(many(0, 25), 0, 25n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 0-9', 'write 10-19', 'write 20-24', 'commit 0:25']);
  });

  it('commits nothing while the store is away, pauses the reader, and loses nothing', async () => {
    const { writer, events, counters, store } = setup({ batchPointsMax: 10, pausePoints: 20 });
    store.away = true;
    await writer.add(many(0, 10), 0, 10n);
    await writer.add(many(10, 20), 0, 20n);
    await until(() => counters.writesFailed > 3);
    expect(events).toEqual([]);
    expect(writer.healthy).toBe(false);
    await writer.add(many(20, 21), 0, 21n);
    expect(events).toEqual(['pause']);
    store.away = false;
    await until(() => counters.pointsWritten === 21);
    await until(() => events.at(-1) !== 'write 10-20');
    expect(events.filter((event) => event.startsWith('write'))).toEqual(['write 0-9', 'write 10-19', 'write 20-20']);
    await until(() => events.includes('resume') && events.includes('commit 0:21'));
    expect(writer.pending).toBe(0);
    expect(writer.healthy).toBe(true);
  });

  it('makes the reader wait at the hard limit', async () => {
    const { writer, store } = setup({ batchPointsMax: 5, pausePoints: 5, pendingPointsMax: 10 });
    store.away = true;
    await writer.add(many(0, 10), 0, 10n);
    let taken = false;
    const add = writer.add(many(10, 11), 0, 11n).then(() => {
      taken = true;
    });
    await sleep(100);
    expect(taken).toBe(false);
    store.away = false;
    await add;
  });

  it('drops unwritten points when partitions move, and never commits them', async () => {
    const { writer, events, counters, store } = setup();
    store.away = true;
    await writer.add(many(0, 3), 0, 3n);
    await until(() => counters.writesFailed > 0);
    const before = writer.generation;
    writer.discard();
    expect(writer.generation).not.toBe(before);
    store.away = false;
    await writer.add(many(100, 101), 1, 101n);
    await until(() => counters.commits === 1);
    expect(events).toEqual(['write 100-100', 'commit 1:101']);
  });

  it('does not commit a write that was in progress when partitions moved', async () => {
    const { writer, events, counters, store } = setup();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.held = promise;
    await writer.add(many(0, 3), 0, 3n);
    await sleep(30);
    writer.discard();
    resolve();
    await until(() => counters.pointsWritten === 3);
    await writer.close();
    expect(events).toEqual(['write 0-2']);
  });

  it('counts points that the store refuses for good, and goes on', async () => {
    const { writer, counters, store } = setup();
    store.refuse = 1;
    await writer.add(many(0, 3), 0, 3n);
    await until(() => counters.commits === 1);
    expect(counters).toMatchObject({ pointsWritten: 2, pointsRefused: 1 });
  });

  it('writes the rest when it is closed, and gives up in time if it cannot', async () => {
    const there = setup({ lingerMs: 3_600_000 });
    await there.writer.add(many(0, 3), 0, 3n);
    await there.writer.close();
    expect(there.events).toEqual(['write 0-2', 'commit 0:3']);
    const away = setup();
    away.store.away = true;
    await away.writer.add(many(0, 3), 0, 3n);
    await away.writer.close();
    expect(away.events).toEqual([]);
    expect(away.counters.writesFailed).toBeGreaterThan(0);
  });
});
