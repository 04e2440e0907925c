/** The life of an alarm (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, connection, highBed, instant, mediumBed } from '../../bed.testing.ts';
import { clockDue } from './alarm.ts';

it('an alarm that ended and waits for a person leaves with the patient, and does not end twice', () => {
  const one = highBed();
  one.run(3, 20, { HR: 80 });
  expect(one.live()['HR.extreme-high']?.signal).toBe('latched');
  one.end(30);
  expect(one.types('HR.extreme-high').filter((type) => type === 'resolved')).toHaveLength(1);
  expect(one.types('HR.extreme-high').at(-1)).toBe('cleared');
});

describe('raised, acknowledged by a named person, resolved', () => {
  it('medium: acknowledged while present, leaves when it ends', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    expect(one.live()['HR.high']).toMatchObject({
      signal: 'acknowledged',
      acknowledgedBy: { name: 'N. Urse' },
      acknowledgedAt: instant(7),
      realarmAt: instant(187),
    });
    one.run(8, 13, { HR: 100 });
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
    expect(one.live()).toEqual({});
    expect(one.events.map(({ alarm }) => alarm.rev)).toEqual([1, 2, 3, 4]);
    expect(one.events.at(-1)?.alarm).toMatchObject({ present: false, signal: 'off', resolvedAt: instant(13) });
  });

  it('medium: not acknowledged, leaves when it ends', () => {
    const one = mediumBed();
    one.run(7, 12, { HR: 100 });
    expect(one.types('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
    expect(one.live()).toEqual({});
  });

  it('high: latches until a person has seen it', () => {
    const one = highBed();
    one.run(3, 8, { HR: 80 });
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: false, signal: 'latched', resolvedAt: instant(8) });
    one.acknowledge(9, 'HR.extreme-high');
    expect(one.live()).toEqual({});
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('high: acknowledged while present, leaves when it ends', () => {
    const one = highBed();
    one.acknowledge(3, 'HR.extreme-high');
    one.run(4, 9, { HR: 80 });
    expect(one.live()).toEqual({});
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
  });
});

describe('a condition that comes again', () => {
  it('while its alarm latches without acknowledgement: a further onset of the same alarm', () => {
    const one = highBed();
    const { alarmId } = one.live()['HR.extreme-high']!;
    one.run(3, 60, { HR: 80 });
    one.run(61, 61, { HR: 160 });
    expect(one.raised()).toEqual(['HR.extreme-high']);
    expect(one.live()['HR.extreme-high']).toMatchObject({
      alarmId,
      onsets: 2,
      present: true,
      signal: 'on',
      text: 'HR 160 > 140',
    });
    expect(one.live()['HR.extreme-high']).not.toHaveProperty('resolvedAt');
  });

  it.each([
    ['within 30 s of its end: the same alarm', 42, ['HR.high'], 2],
    ['later: another alarm', 43, ['HR.high', 'HR.high'], 1],
  ])('%s', (_name, from, raised, onsets) => {
    const one = mediumBed();
    one.run(7, 41, { HR: 100 });
    expect(one.events.at(-1)?.alarm.resolvedAt).toBe(instant(12));
    if (from === 43) one.run(42, 42, { HR: 100 });
    one.run(from, from + 6, { HR: 130 });
    expect(one.raised()).toEqual(raised);
    expect(one.live()['HR.high']).toMatchObject({
      onsets,
      present: true,
      signal: 'on',
      onsetAt: instant(onsets === 2 ? 0 : from),
    });
    const [first] = one.events;
    expect(one.live()['HR.high']?.alarmId === first?.alarm.alarmId).toBe(onsets === 2);
  });

  it('and was acknowledged: stays acknowledged until the acknowledgement would have run out, then calls again', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    one.run(8, 20, { HR: 100 });
    one.run(21, 27, { HR: 130 });
    expect(one.live()['HR.high']).toMatchObject({ onsets: 2, signal: 'acknowledged', realarmAt: instant(187) });
    one.run(28, 187, { HR: 130 });
    expect(one.live()['HR.high']).toMatchObject({ onsets: 2, signal: 'on' });
  });

  it('after the acknowledgement has run out: calls at once', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    one.run(8, 170, { HR: 130 });
    one.run(171, 181, { HR: 100 });
    one.run(182, 188, { HR: 130 });
    expect(one.types('HR.high')).not.toContain('realarmed');
    expect(one.live()['HR.high']).toMatchObject({ onsets: 2, signal: 'on' });
    expect(one.live()['HR.high']).not.toHaveProperty('acknowledgedBy');
  });
});

describe('re-alarm: 3 min after the acknowledgement, if the condition lasts', () => {
  it.each([
    ['a moment before', 179.9, 'acknowledged'],
    ['at 3 min', 180, 'on'],
    ['a moment after', 180.1, 'on'],
  ])('%s', (_name, s, signal) => {
    const one = mediumBed();
    one.acknowledge(10, 'HR.high');
    one.tick(10 + s);
    expect(one.live()['HR.high']?.signal).toBe(signal);
  });

  it('needs a new acknowledgement', () => {
    const one = mediumBed();
    one.acknowledge(10, 'HR.high');
    one.tick(190);
    expect(one.live()['HR.high']).not.toHaveProperty('acknowledgedBy');
    one.acknowledge(191, 'HR.high');
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'realarmed', 'acknowledged']);
  });

  it('does not happen for an alarm that has ended', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    one.run(8, 13, { HR: 100 });
    one.tick(400);
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
  });
});

describe('escalation of an unanswered alarm needs no reading', () => {
  const levels = (one: Bed, condition: string, s: number) => {
    one.tick(s);
    return one.live()[condition]?.escalation;
  };

  it('high: each 60 s, up to 3', () => {
    const one = highBed();
    const raised = 0.02;
    const seen = [59.9, 60, 119.9, 120, 180, 600].map((s) => levels(one, 'HR.extreme-high', raised + s));
    expect(seen).toEqual([0, 1, 1, 2, 3, 3]);
  });

  it('medium: each 180 s', () => {
    const one = mediumBed();
    const raised = 6.02;
    expect([179.9, 180].map((s) => levels(one, 'HR.high', raised + s))).toEqual([0, 1]);
    one.run(200, 200, { HR: 130 });
    expect(levels(one, 'HR.high', raised + 360)).toBe(2);
  });

  it('low: never', () => {
    const one = bed();
    one.run(0, 0, { Temp: 39 });
    one.tick(3600);
    expect(one.live()['Temp.high']).toMatchObject({ priority: 'low', escalation: 0, signal: 'on' });
  });

  it('ends with an acknowledgement', () => {
    const one = highBed();
    one.acknowledge(3, 'HR.extreme-high');
    one.tick(100);
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'acknowledged']);
  });

  it('starts when no graver alarm calls instead any more', () => {
    const one = mediumBed();
    one.run(7, 100, { HR: 150 });
    expect(one.live()['HR.high']?.signal).toBe('off');
    one.acknowledge(100, 'HR.extreme-high');
    one.run(101, 106, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('on');
    const called = 106.02;
    expect([179.9, 180].map((s) => levels(one, 'HR.high', called + s))).toEqual([0, 1]);
  });

  it('goes on for an alarm that latches', () => {
    const one = highBed();
    one.run(3, 8, { HR: 80 });
    one.tick(61);
    expect(one.live()['HR.extreme-high']).toMatchObject({ escalation: 1, signal: 'latched' });
  });
});

describe('the next change by the wall clock', () => {
  const now = Date.parse(instant(7));

  it('is the next level of escalation, and after an acknowledgement the re-alarm', () => {
    const one = mediumBed();
    const due = () => clockDue(one.state().book.live['HR.high']!) - now;
    expect(due()).toBe(179_020);
    one.acknowledge(7, 'HR.high');
    expect(due()).toBe(180_000);
  });

  it('never comes for an alarm under a graver one', () => {
    const one = mediumBed();
    one.run(7, 8, { HR: 150 });
    expect(clockDue(one.state().book.live['HR.high']!)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an alarm that goes on', () => {
  it('publishes a better value 60 s after the last one', () => {
    const one = mediumBed();
    one.run(7, 65, { HR: 125 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 130 > 120', value: 130 });
    one.run(66, 66, { HR: 125 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 125 > 120', value: 125 });
  });
});

describe('a technical alarm', () => {
  it('does not latch', () => {
    const one = bed();
    one.run(0, 0, { HR: 80 });
    one.feed(connection(1, false, 'keep-alive'));
    expect(one.live().disconnected?.signal).toBe('on');
    one.feed(connection(9, true));
    expect(one.live()).toEqual({});
  });
});
