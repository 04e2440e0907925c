/**
 * Measures a burst of alarms in the delivery process. Each alarm must be in a message, and no person may get more
 * messages than the limit allows.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { newAlarm } from '../contracts/messages/alarms.testing.ts';
import type { AlarmEvent } from '../contracts/messages/alarms.ts';
import type { DeliveryRecord } from '../contracts/messages/deliveries.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { burstMax, messageEveryMs } from '../processors/delivery/core/rate.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, until } from '../tests/system.ts';
import { percentiles } from './delivery-chain.ts';
import { followLog } from './delivery-log.ts';

export const burstAlarms = 500;
export const burstMs = 10_000;

type Message = Extract<DeliveryRecord['event'], { type: 'message' }>;

/** Writes many alarms in a short time, as the alarm processor does, and waits until each alarm is in a push message. */
export async function measureBurst(platform: TestPlatform, operator: SealedLog, associationIds: readonly string[]) {
  const engine = await openLogAs(platform, 'alarms');
  const wanted = new Set<string>();
  const times: number[] = [];
  const messages: Message[] = [];
  const writtenAt = new Map<string, number>();
  const close = await followLog(operator, ['deliveries'], (record, { seenMs }) => {
    if (record.contentType !== contentTypes.delivery) return;
    const { event } = record.body;
    if (event.type !== 'message' || event.channel !== 'push') return;
    const own = event.calls.filter(({ alarmId }) => wanted.delete(alarmId));
    for (const { alarmId } of own) times.push(seenMs - writtenAt.get(alarmId)!);
    messages.push(event);
  });
  const run = randomUUID().slice(0, 8);
  const startMs = Date.now();
  const writes: Promise<unknown>[] = [];
  for (let n = 0; n < burstAlarms; n += 1) {
    const associationId = associationIds[n % associationIds.length]!;
    const alarmId = `bench-burst-${run}-${n}`;
    const at = new Date().toISOString();
    const event: AlarmEvent = {
      ...{ type: 'raised', at },
      alarm: newAlarm(at, { alarmId, associationId, deviceId: 'bench', condition: `bench-${n}` }),
    };
    wanted.add(alarmId);
    writtenAt.set(alarmId, Date.now());
    writes.push(engine.append('alarms', associationId, contentTypes.alarmEvent, event));
    await sleep(Math.max(0, startMs + ((n + 1) * burstMs) / burstAlarms - Date.now()));
  }
  await Promise.all(writes);
  await until('every alarm is in a message', () => wanted.size === 0, 120_000).catch(() => undefined);
  await Promise.all([close(), engine.close()]);
  return {
    alarms: burstAlarms,
    withoutMessage: wanted.size,
    messages: messages.length,
    overBound: overBound(messages),
    alarmToMessageMs: percentiles(times),
  };
}

/** Counts the messages that came to a person earlier than the limit allows. */
function overBound(messages: readonly Message[]): number {
  let count = 0;
  for (const own of Map.groupBy(messages, ({ userId }) => userId).values())
    for (const [index, { atMs }] of own.entries()) {
      const first = own[index - burstMax]?.atMs;
      if (first !== undefined && atMs - first < messageEveryMs - 5) count += 1;
    }
  return count;
}
