/** Tests of the life of an alarm (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, connection, highBed, instant, mediumBed, nurse, t0 } from '../../bed.testing.ts';
import { clockDue, evolve, newAlarmOf } from './alarm.ts';
import { technicalCondition } from './condition.ts';
import { adultProfile } from './profile.ts';

it('a latched alarm leaves the screens when the patient leaves, and is not resolved a second time', () => {
  const patientBed = highBed();
  patientBed.feedEachSecond(3, 20, { HR: 80 });
  expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('latched');
  patientBed.endPeriod(30);
  expect(patientBed.eventTypes('HR.extreme-high').filter((type) => type === 'resolved')).toHaveLength(1);
  expect(patientBed.eventTypes('HR.extreme-high').at(-1)).toBe('cleared');
});

describe('raise, acknowledge, resolve', () => {
  it('an acknowledged medium alarm leaves the screens when its condition ends', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      signal: 'acknowledged',
      acknowledgedBy: { name: 'N. Urse' },
      acknowledgedAt: instant(7),
      realarmAt: instant(187),
    });
    patientBed.feedEachSecond(8, 13, { HR: 100 });
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
    expect(patientBed.liveAlarms()).toEqual({});
    expect(patientBed.events.map(({ alarm }) => alarm.rev)).toEqual([1, 2, 3, 4]);
    expect(patientBed.events.at(-1)?.alarm).toMatchObject({ present: false, signal: 'off', resolvedAt: instant(13) });
  });

  it('a medium alarm without an acknowledgement leaves the screens when its condition ends', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 12, { HR: 100 });
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('a high alarm latches until a person acknowledges it', () => {
    const patientBed = highBed();
    patientBed.feedEachSecond(3, 8, { HR: 80 });
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({
      present: false,
      signal: 'latched',
      resolvedAt: instant(8),
    });
    patientBed.acknowledge(9, 'HR.extreme-high');
    expect(patientBed.liveAlarms()).toEqual({});
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('an acknowledged high alarm leaves the screens when its condition ends', () => {
    const patientBed = highBed();
    patientBed.acknowledge(3, 'HR.extreme-high');
    patientBed.feedEachSecond(4, 9, { HR: 80 });
    expect(patientBed.liveAlarms()).toEqual({});
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
  });
});

describe('a condition that comes again', () => {
  it('a condition that returns while its alarm is latched is a further onset of that alarm', () => {
    const patientBed = highBed();
    const { alarmId } = patientBed.liveAlarms()['HR.extreme-high']!;
    patientBed.feedEachSecond(3, 60, { HR: 80 });
    patientBed.feedEachSecond(61, 61, { HR: 160 });
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({
      alarmId,
      onsets: 2,
      present: true,
      signal: 'on',
      text: 'HR 160 > 140',
    });
    expect(patientBed.liveAlarms()['HR.extreme-high']).not.toHaveProperty('resolvedAt');
  });

  it.each([
    ['within 30 s it is the same alarm', 42, ['HR.high'], 2],
    ['later it is another alarm', 43, ['HR.high', 'HR.high'], 1],
  ])('a condition returns after the end of its alarm: %s', (_name, from, raised, onsets) => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 41, { HR: 100 });
    expect(patientBed.events.at(-1)?.alarm.resolvedAt).toBe(instant(12));
    if (from === 43) patientBed.feedEachSecond(42, 42, { HR: 100 });
    patientBed.feedEachSecond(from, from + 6, { HR: 130 });
    expect(patientBed.raisedConditions()).toEqual(raised);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      onsets,
      present: true,
      signal: 'on',
      onsetAt: instant(onsets === 2 ? 0 : from),
    });
    const [first] = patientBed.events;
    expect(patientBed.liveAlarms()['HR.high']?.alarmId === first?.alarm.alarmId).toBe(onsets === 2);
  });

  it('an alarm that returns stays acknowledged until its acknowledgement runs out, and then calls again', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    patientBed.feedEachSecond(8, 20, { HR: 100 });
    patientBed.feedEachSecond(21, 27, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      onsets: 2,
      signal: 'acknowledged',
      realarmAt: instant(187),
    });
    patientBed.feedEachSecond(28, 187, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsets: 2, signal: 'on' });
  });

  it('an alarm that returns after its acknowledgement has run out calls immediately', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    patientBed.feedEachSecond(8, 170, { HR: 130 });
    patientBed.feedEachSecond(171, 181, { HR: 100 });
    patientBed.feedEachSecond(182, 188, { HR: 130 });
    expect(patientBed.eventTypes('HR.high')).not.toContain('realarmed');
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsets: 2, signal: 'on' });
    expect(patientBed.liveAlarms()['HR.high']).not.toHaveProperty('acknowledgedBy');
  });
});

describe('re-alarm', () => {
  it.each([
    ['a moment before', 179.9, 'acknowledged'],
    ['at 3 min', 180, 'on'],
    ['a moment after', 180.1, 'on'],
  ])('an acknowledged alarm calls again 3 min after the acknowledgement: %s', (_name, s, signal) => {
    const patientBed = mediumBed();
    patientBed.acknowledge(10, 'HR.high');
    patientBed.tick(10 + s);
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe(signal);
  });

  it('an alarm that calls again needs a new acknowledgement', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(10, 'HR.high');
    patientBed.tick(190);
    expect(patientBed.liveAlarms()['HR.high']).not.toHaveProperty('acknowledgedBy');
    patientBed.acknowledge(191, 'HR.high');
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'acknowledged', 'realarmed', 'acknowledged']);
  });

  it('an acknowledged alarm that has ended does not call again', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    patientBed.feedEachSecond(8, 13, { HR: 100 });
    patientBed.tick(400);
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
  });
});

describe('escalation', () => {
  const levels = (patientBed: Bed, condition: string, s: number) => {
    patientBed.tick(s);
    return patientBed.liveAlarms()[condition]?.escalation;
  };

  it('a high alarm escalates each 60 s, up to level 3, without any reading', () => {
    const patientBed = highBed();
    const raised = 0.02;
    const seen = [59.9, 60, 119.9, 120, 180, 600].map((s) => levels(patientBed, 'HR.extreme-high', raised + s));
    expect(seen).toEqual([0, 1, 1, 2, 3, 3]);
  });

  it('a medium alarm escalates each 180 s', () => {
    const patientBed = mediumBed();
    const raised = 6.02;
    expect([179.9, 180].map((s) => levels(patientBed, 'HR.high', raised + s))).toEqual([0, 1]);
    patientBed.feedEachSecond(200, 200, { HR: 130 });
    expect(levels(patientBed, 'HR.high', raised + 360)).toBe(2);
  });

  it('a low alarm does not escalate', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 0, { Temp: 39 });
    patientBed.tick(3600);
    expect(patientBed.liveAlarms()['Temp.high']).toMatchObject({ priority: 'low', escalation: 0, signal: 'on' });
  });

  it('an acknowledged alarm does not escalate', () => {
    const patientBed = highBed();
    patientBed.acknowledge(3, 'HR.extreme-high');
    patientBed.tick(100);
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'acknowledged']);
  });

  it('an alarm that calls again after a more serious alarm called instead escalates 180 s after its new call', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 100, { HR: 150 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('off');
    patientBed.acknowledge(100, 'HR.extreme-high');
    patientBed.feedEachSecond(101, 106, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('on');
    const called = 106.02;
    expect([179.9, 180].map((s) => levels(patientBed, 'HR.high', called + s))).toEqual([0, 1]);
  });

  it('a latched alarm escalates', () => {
    const patientBed = highBed();
    patientBed.feedEachSecond(3, 8, { HR: 80 });
    patientBed.tick(61);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ escalation: 1, signal: 'latched' });
  });
});

describe('clockDue', () => {
  const now = Date.parse(instant(7));

  it('the next change by the clock is the escalation; after an acknowledgement, it is the re-alarm', () => {
    const patientBed = mediumBed();
    const due = () => clockDue(patientBed.state().book.live['HR.high']!) - now;
    expect(due()).toBe(179_020);
    patientBed.acknowledge(7, 'HR.high');
    expect(due()).toBe(180_000);
  });

  it('no change is due for an alarm while a more serious alarm calls instead', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 8, { HR: 150 });
    expect(clockDue(patientBed.state().book.live['HR.high']!)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a lasting alarm', () => {
  it('a better value of a lasting alarm is published only 60 s after the last published value', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 65, { HR: 125 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ text: 'HR 130 > 120', value: 130 });
    patientBed.feedEachSecond(66, 66, { HR: 125 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ text: 'HR 125 > 120', value: 125 });
  });
});

describe('a technical alarm', () => {
  it('a technical alarm does not latch', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 0, { HR: 80 });
    patientBed.feed(connection(1, false, 'keep-alive'));
    expect(patientBed.liveAlarms().disconnected?.signal).toBe('on');
    patientBed.feed(connection(9, true));
    expect(patientBed.liveAlarms()).toEqual({});
  });
});

it('an acknowledged alarm that becomes more serious while another alarm calls instead calls when it may call again', () => {
  const context = { now: t0, profile: adultProfile };
  const medium = technicalCondition('pump', 'medium', 'Pump', t0);
  const high = { ...medium, priority: 'high' as const };
  const ids = { alarmId: 'alarm-1', rev: 0, associationId: 'association-1', deviceId: 'bed-01' };
  const raised = evolve(undefined, { type: 'raise', condition: medium, alarm: newAlarmOf(medium, ids, t0) }, context);
  const acknowledged = evolve(raised, { type: 'acknowledge', by: nurse, at: instant(1) }, context);
  const covered = evolve(acknowledged, { type: 'refresh', condition: high, subsumed: true }, context);
  expect(covered.alarm.signal).toBe('off');
  const free = evolve(covered, { type: 'refresh', condition: high, subsumed: false }, context);
  expect(free.alarm).toMatchObject({ priority: 'high', signal: 'on' });
  expect(free.alarm).not.toHaveProperty('acknowledgedBy');
  expect(free.escalateAt).not.toBeNull();
});
