/** The code around the engine of one patient fails: the search for the patient's association, and the loops. */
import { beforeEach, expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { reading, t0 } from '../bed.testing.ts';
import { bad, good, notJudged, open, resetWorld, second, world } from './engine-failure.testing.ts';

beforeEach(resetWorld);

it('if the association of one patient cannot be searched, the others are judged and the bed has the alarm', () => {
  const bench = open();
  bench.add(bad, 0);
  bench.add(good, 0);
  world.fault = 'association';
  bench.add(bad, 1);
  bench.add(good, 1, reading(1, { HR: 150 }));
  bench.tick(2, 70);
  const conditions = new Set(bench.of(good).map(({ alarm }) => alarm.condition));
  expect([...conditions]).toEqual(expect.arrayContaining(['HR.extreme-high', 'no-data']));
  expect(bench.faultEvents()[0]).toMatchObject({ type: 'raised', alarm: { associationId: bad, priority: 'high' } });
  expect(bench.of(bad).some(({ alarm }) => alarm.condition === 'no-data')).toBe(true);
  const escalated = bench.faultEvents().at(-1)!.alarm;
  expect(escalated.escalation).toBeGreaterThan(0);
  world.fault = 'none';
  for (let s = 70; s < 140; s += 1) {
    bench.add(bad, s);
    bench.tick(s, s + 1);
  }
  expect(bench.faultEvents().at(-1)).toMatchObject({ type: 'cleared', alarm: { condition: notJudged } });
});

it('the next owner takes over all patients although the association of one cannot be searched', () => {
  const bench = open();
  bench.add(bad, 0);
  bench.add(good, 0);
  const states = bench.states(1);
  world.fault = 'association';
  const position = { observations: 2n, commands: 0n };
  const next = open({ states, position, replayTo: 2n, unreadable: [bad] }, t0 + 2 * second);
  next.tick(2, 20);
  expect(next.of(good).some(({ alarm }) => alarm.condition === 'no-data')).toBe(true);
  expect(next.faultEvents()[0]).toMatchObject({ type: 'raised', alarm: { associationId: bad } });
});

it('if an event can never be written, the bed has the alarm, and the screens get the event’s alarm again', () => {
  const bench = open();
  for (let s = 0; s <= 2; s += 1) bench.add(bad, s, reading(s, { HR: 150 }));
  const lost = bench.of(bad).find(({ alarm }) => alarm.condition === 'HR.extreme-high')!;
  const record = { key: bad, contentType: contentTypes.alarmEvent, body: lost } as const;
  bench.partition.noteLeftOut(record, new TypeError('a fault of the code'), t0 + 3 * second);
  expect(bench.faultEvents().map(({ type }) => type)).toEqual(['raised']);
  bench.tick(3, 6);
  const again = bench.of(bad).findLast(({ alarm }) => alarm.alarmId === lost.alarm.alarmId)!;
  expect(again.alarm.rev).toBeGreaterThan(lost.alarm.rev);
  expect(again.alarm).toMatchObject({ present: true, signal: 'on' });
  expect(bench.of(good)).toEqual([]);
});

it('if the end of an alarm can never be written, the screens get the end again', () => {
  const bench = open();
  for (let s = 0; s <= 7; s += 1) bench.add(bad, s, reading(s, { HR: 130 }));
  for (let s = 8; s <= 20; s += 1) bench.add(bad, s, reading(s, { HR: 80 }));
  const lost = bench.of(bad).find(({ type, alarm }) => type === 'cleared' && alarm.condition === 'HR.high')!;
  const record = { key: bad, contentType: contentTypes.alarmEvent, body: lost } as const;
  bench.partition.noteLeftOut(record, new TypeError('a fault of the code'), t0 + 21 * second);
  bench.tick(21, 24);
  const again = bench
    .of(bad)
    .filter(({ alarm }) => alarm.alarmId === lost.alarm.alarmId)
    .at(-1)!;
  expect(again).toMatchObject({ type: 'cleared', alarm: { present: false, signal: 'off' } });
  expect(again.alarm.rev).toBeGreaterThan(lost.alarm.rev);
  expect(again.alarm.resolvedAt).toBe(lost.alarm.resolvedAt);
});
