/** Tests of alarms that are present while the device's clock is set back by an hour (end of summer time). */
import { expect, it } from 'vitest';
import { bed, reading, t0 } from '../../bed.testing.ts';

const hourS = 3_600;

/** Feeds readings from `from` to `to` (seconds of receipt) of a device whose clock is an hour behind. */
function feedHourBehind(patientBed: ReturnType<typeof bed>, from: number, to: number, spo2: number): void {
  for (let s = from; s <= to; s++) {
    const receivedAt = t0 + s * 1_000 + 20;
    patientBed.feed(reading(s - hourS, { SpO2: spo2 }, { receivedAt, seq: s * 1_000 + 1_000_000 }));
  }
}

it('a present alarm still shows worse values, and it ends at a time of the new clock', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 60, { SpO2: 89 });
  expect(patientBed.liveAlarms()['SpO2.low']).toMatchObject({ present: true, value: 89 });
  feedHourBehind(patientBed, 61, 90, 86);
  expect(patientBed.liveAlarms()['SpO2.low']).toMatchObject({ present: true, value: 86 });
  feedHourBehind(patientBed, 91, 130, 97);
  expect(patientBed.raisedConditions().filter((name) => name === 'SpO2.low')).toHaveLength(1);
  const resolved = patientBed.events.findLast(({ type }) => type === 'resolved')!;
  expect(resolved.alarm.condition).toBe('SpO2.low');
  const resolvedAt = Date.parse(resolved.alarm.resolvedAt!);
  expect(resolvedAt).toBeGreaterThanOrEqual(t0 + (91 - hourS) * 1_000);
  expect(resolvedAt).toBeLessThanOrEqual(t0 + (130 - hourS) * 1_000);
});

it('after a clock that was wrong for some minutes is right again, stored readings of the time between the clocks raise their alarm', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 60, { SpO2: 89 });
  feedHourBehind(patientBed, 61, 120, 89);
  for (let s = 121; s <= 180; s++)
    patientBed.feed(reading(s, { SpO2: 89 }, { receivedAt: t0 + s * 1_000 + 20, seq: s * 1_000 + 1_000_000 }));
  for (let s = 181; s <= 240; s++)
    patientBed.feed(reading(s, { SpO2: 97 }, { receivedAt: t0 + s * 1_000 + 20, seq: s * 1_000 + 1_000_000 }));
  const raised = () => patientBed.raisedConditions().filter((name) => name === 'SpO2.low').length;
  expect(raised()).toBe(1);
  for (let s = -1_800; s <= -1_740; s++) patientBed.feed(reading(s, { SpO2: 86 }, { receivedAt: t0 + 241_000 }));
  expect(raised()).toBe(2);
});
