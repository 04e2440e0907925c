/** Tests the process of the strip writer on a real Kafka. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { FollowedTable, SealedLog } from '../../log/sealed-log.ts';
import { findStrip, hasRightDigest } from '../../log/strips/find-strip.ts';
import { figuresOf, openLogAs, type RunningProcess, startProcess, until } from '../../tests/system.ts';
import { base64Of } from './core/bed.testing.ts';

const platform = inject('platform');
const closers: (() => Promise<unknown>)[] = [];
const strips: Strip[] = [];
let gateway: SealedLog;
let alarms: SealedLog;
let dashboard: SealedLog;
let writer: RunningProcess;

beforeAll(async () => {
  gateway = await openLogAs(platform, 'gateway');
  alarms = await openLogAs(platform, 'alarms');
  dashboard = await openLogAs(platform, 'dashboard');
  const table: FollowedTable = await dashboard.followTable(['strips'], (read) => {
    if (read?.record.contentType === contentTypes.strip) strips.push(read.record.body);
  });
  writer = await startProcess(platform, 'strips');
  closers.push(gateway.close, alarms.close, dashboard.close, table.close, writer.close);
}, 180_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const secondOf = (ms: number, rateHz = 125) =>
  base64Of(Array.from({ length: rateHz }, (_, at) => Math.round(900 * Math.sin((ms / 1_000 + at / rateHz) * 7))));

/** Writes waves and readings of each second from `from` until before `to` after the onset, as the gateway does. */
async function send(associationId: string, onsetMs: number, from: number, to: number): Promise<void> {
  for (let s = from; s < to; s += 1) {
    const startMs = onsetMs + s * 1_000;
    const common = { deviceId: 'bed-01', receivedAt: formatInstant(startMs + 1_020) };
    const reading = {
      start: formatInstant(startMs),
      code: 'MDC_ECG_ELEC_POTL_II',
      rateHz: 125,
      scale: 0.001,
      offset: 0,
    };
    await gateway.append('waveforms', associationId, contentTypes.waveform, {
      ...common,
      reading: { ...reading, samples: secondOf(startMs) },
    });
    await gateway.append('observations', associationId, contentTypes.observation, {
      ...common,
      reading: { time: formatInstant(startMs), values: [{ code: 'MDC_ECG_HEART_RATE', value: 150 + s, unit: '/min' }] },
    });
  }
}

/** Writes the event of an alarm whose condition began at `onsetMs`. Returns the id of its strip. */
async function raise(associationId: string, onsetMs: number, more: Partial<Alarm> = {}): Promise<string> {
  const raisedAt = formatInstant(onsetMs + 5_050);
  const alarmId = randomUUID().replaceAll('-', '').slice(0, 22);
  const alarm = newAlarm(raisedAt, {
    ...{ alarmId, associationId, deviceId: 'bed-01', onsetAt: formatInstant(onsetMs) },
    ...{ determinedAt: formatInstant(onsetMs + 5_000), ...more },
  });
  const event: AlarmEvent = { type: 'raised', at: raisedAt, alarm };
  await alarms.append('alarms', associationId, contentTypes.alarmEvent, event);
  return `${alarmId}.1`;
}

const stripsOf = (stripId: string) => strips.filter((strip) => strip.stripId === stripId);
const firstStrip = (stripId: string) => until(`the strip ${stripId}`, () => stripsOf(stripId)[0]);

it('the strip writer keeps the waves around an onset as the device sent them, with limits and numerics', async () => {
  const associationId = `strip-${randomUUID()}`;
  const onsetMs = Date.now() - 45_000;
  const limits = newLimits(associationId, {}, { at: formatInstant(onsetMs - 60_000) });
  await alarms.append('alarms', associationId, contentTypes.limitsInForce, limits);
  await send(associationId, onsetMs, -14, 14);
  const strip = await firstStrip(await raise(associationId, onsetMs));
  expect(strip).toMatchObject({ rev: 1, content: 'waves', isComplete: true, limits, onsetAt: formatInstant(onsetMs) });
  expect(strip.chunks.map(({ start, samples }) => [start, samples])).toEqual(
    Array.from({ length: 20 }, (_, at) => onsetMs + (at - 10) * 1_000).map((ms) => [formatInstant(ms), secondOf(ms)]),
  );
  expect(strip.numerics).toEqual([
    { code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min', at: formatInstant(onsetMs) },
  ]);
});

it('after a kill, the strip writer writes the strips of the alarms that it missed, and writes no strip twice', async () => {
  const associationId = `strip-${randomUUID()}`;
  const onsetMs = Date.now() - 45_000;
  await send(associationId, onsetMs, -11, 11);
  const written = await raise(associationId, onsetMs);
  await firstStrip(written);
  await writer.kill();
  const missed = await Promise.all(
    Array.from({ length: 40 }, (_, n) => raise(associationId, onsetMs + n, { condition: `HR.high-${n}` })),
  );
  await writer.start();
  for (const stripId of missed) expect((await firstStrip(stripId)).content).toBe('waves');
  for (const stripId of [written, ...missed]) expect(stripsOf(stripId)).toHaveLength(1);
});

it('if the waves have not come, a strip without waves is written 70 s after the onset, and written again when they have come', async () => {
  const associationId = `strip-${randomUUID()}`;
  // The last attempt is 600 s after the onset.
  const onsetMs = Date.now() - 570_000;
  const stripId = await raise(associationId, onsetMs);
  const first = await firstStrip(stripId);
  expect([first.rev, first.content, first.isComplete]).toEqual([1, 'no-waves', false]);
  await send(associationId, onsetMs, -10, 4);
  const second = await until('the second strip', () => stripsOf(stripId)[1]);
  expect([second.rev, second.content, second.isComplete, second.chunks.length]).toEqual([2, 'waves', false, 14]);
});

it('the strip of an alarm of a device without waves has the content `no-waves`, and a technical alarm has no strip', async () => {
  const associationId = `strip-${randomUUID()}`;
  const onsetMs = Date.now() - 75_000;
  const technical = await raise(associationId, onsetMs, { kind: 'technical', condition: 'no-data' });
  const physiological = await raise(associationId, onsetMs);
  expect((await firstStrip(physiological)).content).toBe('no-waves');
  expect(stripsOf(technical)).toEqual([]);
});

it('the dashboard finds the strip of an alarm, and reports a strip whose record cannot be opened', async () => {
  const associationId = `strip-${randomUUID()}`;
  const onsetMs = Date.now() - 45_000;
  await send(associationId, onsetMs, -10, 10);
  const strip = await firstStrip(await raise(associationId, onsetMs));
  const alarm = { alarmId: strip.alarmId, raisedMs: Date.parse(strip.alarm.raisedAt) };
  const context = { log: dashboard, logger: pino({ level: 'silent' }), onBatch: () => undefined };
  expect(await findStrip(context, alarm, 1)).toMatchObject({ strip, isReadable: true, isKept: true });
  expect(hasRightDigest(strip)).toBe(true);
  // Without a time, as for an alarm that the alarm history no longer has, all kept strips are searched.
  expect(await findStrip(context, { ...alarm, raisedMs: undefined }, 1)).toMatchObject({ strip, isReadable: true });
  expect(await findStrip(context, alarm, 2)).toEqual({
    strip: undefined,
    recordDigest: undefined,
    isReadable: true,
    isKept: true,
  });
  // If one character of a sealed record is changed, the whole record is refused.
  const origin = { topic: 'strips', key: `${alarm.alarmId}.2`, writer: 'strips', boot: 'b1', seq: 1 } as const;
  const sealer = await openLogAs(platform, 'strips');
  closers.push(sealer.close);
  const dataKey = await sealer.sealer.keyFor(associationId, 'strips');
  const sealed = sealer.sealer.seal(dataKey, origin, contentTypes.strip, Buffer.from(JSON.stringify(strip)));
  sealed[sealed.length - 100]! ^= 1;
  await sealer.appender.append('strips', origin.key, sealed);
  expect(await findStrip(context, alarm, 2)).toEqual({
    strip: undefined,
    recordDigest: undefined,
    isReadable: false,
    isKept: true,
  });
});

it('the metrics count the strips by content, and the process is ready', async () => {
  const { figures, status } = await figuresOf(writer);
  expect(figures).toMatch(/^vigil_strips_written_total\{content="waves"\} [1-9]/m);
  expect(figures).toMatch(/^vigil_strips_waiting \d+$/m);
  expect(status).toBe(200);
});
