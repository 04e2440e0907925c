import { describe, expect, it } from 'vitest';
import { bed, connection, highBed, instant, mediumBed, t0 } from '../../bed.testing.ts';

describe('limits of one patient', () => {
  it('a patient’s own limit replaces the limit of the ward until it is removed', () => {
    const patientBed = bed();
    patientBed.command(0, { type: 'set-limits', group: 'HR', limits: { high: 135 } });
    patientBed.feedEachSecond(0, 10, { HR: 130 });
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(11, 11, { HR: 141 });
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
    patientBed.command(12, { type: 'set-limits', group: 'HR', limits: null });
    patientBed.feedEachSecond(12, 18, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']?.present).toBe(true);
  });

  it('a plain limit beyond the extreme limit of the profile applies only if the extreme limit is changed too', () => {
    const patientBed = bed();
    patientBed.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150 } });
    patientBed.feedEachSecond(0, 0, { HR: 141 });
    expect(patientBed.liveAlarms()['HR.extreme-high']?.text).toBe('HR 141 > 140');
    const moved = bed();
    moved.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150, extremeHigh: 160 } });
    moved.feedEachSecond(0, 10, { HR: 149 });
    expect(moved.raisedConditions()).toEqual([]);
    moved.feedEachSecond(11, 11, { HR: 161 });
    expect(moved.liveAlarms()['HR.extreme-high']?.text).toBe('HR 161 > 160');
  });

  it('a patient’s own limit judges the present value immediately', () => {
    const patientBed = mediumBed();
    patientBed.command(7, { type: 'set-limits', group: 'HR', limits: { high: 131 } });
    patientBed.feedEachSecond(7, 7, { HR: 130 });
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('a running delay continues after a change of the limit', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 130 });
    patientBed.command(5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    patientBed.feedEachSecond(6, 6, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsetAt: instant(0), text: 'HR 130 > 125' });
  });

  it('a patient’s own delay replaces the delay of the ward', () => {
    const patientBed = bed();
    patientBed.command(0, { type: 'set-limits', group: 'SpO2', limits: { delayMs: 15_000 } });
    patientBed.feedEachSecond(0, 14, { SpO2: 88 });
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(15, 15, { SpO2: 88 });
    expect(patientBed.raisedConditions()).toEqual(['SpO2.low']);
  });
});

describe('the profile of a patient', () => {
  for (const [category, text] of [
    ['paediatric', 'No limits for paediatric patients here'],
    ['neonatal', 'No limits for neonatal patients here'],
    [null, 'No limits: patient category not known'],
  ] as const)
    it(`a patient of category ${category} has an alarm about missing limits and is not judged as an adult`, () => {
      const patientBed = bed(category);
      patientBed.feedEachSecond(0, 10, { HR: 200, SpO2: 50 });
      expect(patientBed.raisedConditions()).toEqual(['no-profile']);
      expect(patientBed.liveAlarms()['no-profile']).toMatchObject({ text, kind: 'technical', priority: 'medium' });
    });

  it('a device without a patient is judged by the adult profile', () => {
    const patientBed = bed('unassigned');
    patientBed.feedEachSecond(0, 0, { HR: 200 });
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
  });
});

describe('the end of a patient’s time at a device', () => {
  it('the end of the patient’s time clears every alarm, latched or not', () => {
    const patientBed = highBed();
    patientBed.feedEachSecond(3, 3, { HR: 80, SpO2: 80 });
    patientBed.feed(connection(4, false, 'closed'));
    expect(Object.keys(patientBed.liveAlarms())).toHaveLength(3);
    patientBed.endPeriod(10);
    expect(patientBed.liveAlarms()).toEqual({});
    for (const condition of ['HR.extreme-high', 'SpO2.extreme-low', 'disconnected'])
      expect(patientBed.eventTypes(condition).at(-1)).toBe('cleared');
  });

  it('a device raises no alarm after the patient’s time at the device has ended', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { HR: 80 });
    patientBed.endPeriod(4);
    const eventsBefore = patientBed.events.length;
    patientBed.tick(500);
    patientBed.feed(connection(600, false));
    expect(patientBed.events.length).toBe(eventsBefore);
  });

  it('if late readings show a condition after the patient’s time, its alarm is raised and cleared once', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { HR: 80 });
    patientBed.endPeriod(100);
    patientBed.feedEachSecond(20, 30, { HR: 150 }, { receivedAt: t0 + 200_000 });
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'resolved', 'cleared']);
    expect(patientBed.events[0]?.alarm.late).toBe(true);
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('late readings after the patient’s time raise no alarm that is already known', () => {
    const patientBed = highBed();
    patientBed.endPeriod(10);
    patientBed.feedEachSecond(3, 9, { HR: 150 });
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
  });
});

it('a device without a patient has no alarm about parameters that it measured only before the last patient came', () => {
  const patientBed = bed('unassigned');
  patientBed.feedEachSecond(0, 30, { HR: 80, SpO2: 97 });
  patientBed.endPeriod(31);
  patientBed.feed({ type: 'association', category: 'unassigned', ward: 'ICU', endedAt: null }, t0 + 3_600_000);
  patientBed.feedEachSecond(3_601, 3_630, { HR: 80 });
  expect(Object.keys(patientBed.liveAlarms())).toEqual([]);
});
