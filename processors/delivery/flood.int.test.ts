/**
 * Tests a flood: 500 alarms within 10 s through the delivery process. Prints the times from an alarm to its message.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import { type DeliveryLab, openDeliveryLab } from '../../tests/delivery/lab.ts';
import { type RunningProcess, startProcess, until } from '../../tests/system.ts';
import { burstMax, messageEveryMs } from './core/rate.ts';

const alarmCount = 500;
const nurseCount = 50;
const floodMs = 10_000;
let lab: DeliveryLab;
let delivery: RunningProcess;

beforeAll(async () => {
  lab = await openDeliveryLab(inject('platform'));
});
afterAll(async () => {
  await delivery?.close();
  await lab?.close();
});

type Message = Extract<DeliveryRecord['event'], { type: 'message' }>;

it('each of 500 alarms within 10 s calls its nurse, and no nurse gets more messages than allowed', async () => {
  const nurses = Array.from({ length: nurseCount }, (_, n) => `nurse-${n}-${randomUUID().slice(0, 6)}`);
  const beds = await Promise.all(
    Array.from({ length: alarmCount }, async (_, n) => {
      const bed = await lab.admit();
      const nurse = nurses[n % nurseCount]!;
      await bed.assign(nurse, 'nurse');
      return bed;
    }),
  );
  delivery = await startProcess(inject('platform'), 'delivery');
  const raisedMs = new Map<string, number>();
  for (const bed of beds) {
    raisedMs.set(bed.alarmId, Date.now());
    await Promise.all([bed.event('raised'), sleep(floodMs / alarmCount)]);
  }
  const messages = () => lab.records.flatMap(({ event }) => (event.type === 'message' ? [event] : []));
  const firstOf = (alarmId: string): Message | undefined =>
    messages().find(({ calls }) => calls.some((call) => call.alarmId === alarmId));
  await until('each alarm has a message', () => {
    const alarmIds = new Set(messages().flatMap(({ calls }) => calls.map(({ alarmId }) => alarmId)));
    return beds.every(({ alarmId }) => alarmIds.has(alarmId));
  });

  const waits = beds.map(({ alarmId }) => firstOf(alarmId)!.atMs - raisedMs.get(alarmId)!).sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor(share * (waits.length - 1))];
  const first = new Set(beds.slice(0, nurseCount * 5).map(({ alarmId }) => alarmId));
  const free = beds
    .filter(({ alarmId }) => first.has(alarmId))
    .map(({ alarmId }) => firstOf(alarmId)!.atMs - raisedMs.get(alarmId)!)
    .sort((a, b) => a - b);
  process.stdout.write(
    `delivery: ${alarmCount} alarms, alarm to message p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; before the limit of messages is used up: p50 ${free[free.length >> 1]} ms, p99 ${free[Math.floor(0.99 * (free.length - 1))]} ms\n`,
  );
  const calls = lab.records.flatMap(({ event }) => (event.type === 'called' ? [event.call.callId] : []));
  expect(new Set(calls).size).toBe(calls.length);
  for (const nurse of nurses) {
    const times = messages()
      .filter(({ userId }) => userId === nurse)
      .map(({ atMs }) => atMs);
    for (const [index, fromMs] of times.entries()) {
      const inTen = times.slice(index).filter((ms) => ms - fromMs < 2 * messageEveryMs).length;
      expect(inTen).toBeLessThanOrEqual(burstMax + 2);
    }
  }
}, 240_000);
