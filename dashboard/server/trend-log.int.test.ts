/**
 * Tests the values of trends from a real log: only the values of one association, also if its device had another
 * patient before.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import { contentTypes, type ObservationRecord } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { openLogAs, until } from '../../tests/system.ts';
import { createTrendLog } from './trend-log.ts';

const platform = inject('platform');
let gateway: SealedLog;
let dashboard: SealedLog;

beforeAll(async () => {
  [gateway, dashboard] = await Promise.all([openLogAs(platform, 'gateway'), openLogAs(platform, 'dashboard')]);
});
afterAll(async () => {
  await Promise.all([gateway.close(), dashboard.close()]);
});

const write = (associationId: string, time: number, value: number) => {
  const record: ObservationRecord = {
    deviceId: 'trend-log-bed',
    receivedAt: formatInstant(Date.now()),
    reading: { time: formatInstant(time), values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }] },
  };
  return gateway.append('observations', associationId, contentTypes.observation, record);
};

it('values returns the readings of one association from the log, and at the next call also the readings that came since', async () => {
  const id = `trend-log-${randomUUID()}`;
  const former = `trend-log-${randomUUID()}`;
  const nowMs = Date.now();
  await write(former, nowMs - 3_000, 200);
  await write(id, nowMs - 2_000, 80);
  await write(id, nowMs - 1_000, 0);
  const trendLog = createTrendLog(dashboard, { now: Date.now, logger: pino({ level: 'silent' }) });
  // A reading stops after some seconds, and the next reading continues. So a busy machine needs several readings.
  const whole = (associationId: string) =>
    until('the values of an hour', async () => {
      const values = await trendLog.values('nora', associationId, nowMs - hourMs).catch(() => undefined);
      return values?.knownFromMs === nowMs - hourMs ? values : undefined;
    });
  const first = await whole(id);
  expect([...first.points].map(({ timeMs, value }) => [timeMs - nowMs, value])).toEqual([
    [-2_000, 80],
    [-1_000, 0],
  ]);
  expect(first.knownFromMs).toBe(nowMs - hourMs);
  await write(id, nowMs, 85);
  const second = await whole(id);
  expect([...second.points].map(({ value }) => value)).toEqual([80, 0, 85]);
  expect([...(await whole(former)).points].map(({ value }) => value)).toEqual([200]);
});
