/** Tests which acknowledgements count. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, env, highBed, instant, mediumBed, nurse } from '../../bed.testing.ts';
import { step } from './engine.ts';

/** Returns the acknowledgement of the revision that a screen shows now. */
const acknowledgementOf = (patientBed: Bed, condition: string) => {
  const { alarmId, rev } = patientBed.liveAlarms()[condition]!;
  return { type: 'acknowledge' as const, alarmId, rev };
};

describe('an acknowledgement that does not count', () => {
  it('a second acknowledgement of an acknowledged alarm makes no event and is counted as repeated', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    const eventsBefore = patientBed.events.length;
    patientBed.acknowledge(8, 'HR.high');
    expect([patientBed.events.length, patientBed.countOf('acknowledgementsRepeated')]).toEqual([eventsBefore, 1]);
  });

  it('a command that comes a second time does not acknowledge an alarm that has called again in the meantime', () => {
    const patientBed = mediumBed();
    const { alarmId } = patientBed.liveAlarms()['HR.high']!;
    patientBed.command(7, { type: 'acknowledge', alarmId }, 'command-x');
    patientBed.feedEachSecond(8, 187, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('on');
    patientBed.command(188, { type: 'acknowledge', alarmId }, 'command-x');
    expect([patientBed.liveAlarms()['HR.high']?.signal, patientBed.countOf('commandsRepeated')]).toEqual(['on', 1]);
  });

  it('an acknowledgement of an alarm that has left the screens makes no event and is counted as unknown', () => {
    const patientBed = mediumBed();
    const { alarmId } = patientBed.liveAlarms()['HR.high']!;
    patientBed.feedEachSecond(7, 12, { HR: 100 });
    const eventsBefore = patientBed.events.length;
    patientBed.command(13, { type: 'acknowledge', alarmId });
    expect([patientBed.events.length, patientBed.countOf('acknowledgementsUnknown')]).toEqual([eventsBefore, 1]);
  });

  it.each([
    [3, 'on'],
    [2, 'acknowledged'],
    [0, 'acknowledged'],
  ])(
    'an acknowledgement that is %i s older than the repeated call leaves the signal %s, because clocks may differ by 2 s',
    (before, signal) => {
      const patientBed = highBed();
      const { alarmId } = patientBed.liveAlarms()['HR.extreme-high']!;
      patientBed.feedEachSecond(3, 9, { HR: 80 });
      patientBed.feedEachSecond(10, 10, { HR: 150 });
      const calledAt = 10.02;
      patientBed.command(calledAt - before, { type: 'acknowledge', alarmId });
      expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe(signal);
    },
  );

  it('an acknowledgement that is 3 s older than the re-alarm does not count', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    patientBed.tick(187);
    patientBed.acknowledge(184, 'HR.high');
    expect([patientBed.liveAlarms()['HR.high']?.signal, patientBed.countOf('acknowledgementsStale')]).toEqual([
      'on',
      1,
    ]);
  });

  it('an acknowledgement does not count if a later revision had a worse value', () => {
    const patientBed = mediumBed();
    const before = acknowledgementOf(patientBed, 'HR.high');
    patientBed.feedEachSecond(7, 12, { HR: 138 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ text: 'HR 138 > 120', onsets: 1 });
    patientBed.command(12, before);
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('on');
    expect(patientBed.countOf('acknowledgementsStale')).toBe(1);
    patientBed.command(13, acknowledgementOf(patientBed, 'HR.high'));
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('acknowledged');
  });

  it('the answer to an acknowledgement of an old revision asks the person to look again', () => {
    const patientBed = mediumBed();
    const before = acknowledgementOf(patientBed, 'HR.high');
    patientBed.feedEachSecond(7, 12, { HR: 138 });
    patientBed.command(12, before);
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('Look again') });
    patientBed.command(13, acknowledgementOf(patientBed, 'HR.high'));
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: true });
  });

  it('an acknowledgement of an earlier onset does not count if the condition was absent for 5 s or more', () => {
    const patientBed = highBed();
    const before = acknowledgementOf(patientBed, 'HR.extreme-high');
    patientBed.feedEachSecond(3, 13, { HR: 80 });
    patientBed.feedEachSecond(14, 14, { HR: 150 });
    patientBed.command(15, before);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ signal: 'on', onsets: 2 });
    expect(patientBed.countOf('acknowledgementsStale')).toBe(1);
    patientBed.command(16, acknowledgementOf(patientBed, 'HR.extreme-high'));
    expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('acknowledged');
  });
});

describe('an acknowledgement that counts', () => {
  it('an acknowledgement of the first call counts even if the clock of the nurse’s machine is behind', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(3, 'HR.high');
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('acknowledged');
  });

  it('an acknowledgement of an earlier onset counts if the condition was absent for less than 5 s and did not become more serious', () => {
    const patientBed = highBed();
    const before = acknowledgementOf(patientBed, 'HR.extreme-high');
    patientBed.feedEachSecond(3, 8, { HR: 80 });
    patientBed.feedEachSecond(9, 9, { HR: 145 });
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ onsets: 2, present: true, signal: 'on' });
    patientBed.command(9.1, before);
    expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('an acknowledgement of the revision before an escalation counts', () => {
    const patientBed = highBed();
    const before = acknowledgementOf(patientBed, 'HR.extreme-high');
    patientBed.feedEachSecond(3, 65, { HR: 150 });
    expect(patientBed.eventTypes('HR.extreme-high')).toContain('escalated');
    patientBed.command(65, before);
    expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('an acknowledgement of the revision before the end of the condition counts', () => {
    const patientBed = highBed();
    const before = acknowledgementOf(patientBed, 'HR.extreme-high');
    patientBed.feedEachSecond(3, 8, { HR: 100 });
    patientBed.command(9, before);
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('an acknowledgement of an alarm that is not raised yet waits and counts when the alarm is raised', () => {
    const { alarmId } = mediumBed().liveAlarms()['HR.high']!;
    const patientBed = bed();
    patientBed.command(0, { type: 'acknowledge', alarmId });
    expect(patientBed.countOf('acknowledgementsHeld')).toBe(1);
    patientBed.feedEachSecond(0, 6, { HR: 130 });
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'acknowledged']);
    expect(patientBed.state().book.held).toEqual([]);
  });
});

it('a waiting acknowledgement acknowledges no other alarm', () => {
  const patientBed = bed();
  patientBed.command(0, { type: 'acknowledge', alarmId: 'of-another-alarm' });
  patientBed.feedEachSecond(0, 6, { HR: 130 });
  expect(patientBed.eventTypes('HR.high')).toEqual(['raised']);
  expect(patientBed.state().book.held).toHaveLength(1);
});

it('an acknowledgement that is accepted changes no counter', () => {
  const patientBed = mediumBed();
  const { alarmId } = patientBed.liveAlarms()['HR.high']!;
  const at = instant(7);
  const acknowledgement = {
    type: 'acknowledge',
    commandId: 'command-1',
    associationId: 'association-1',
    at,
    by: nurse,
  } as const;
  const { counts } = step(
    env,
    patientBed.state(),
    { type: 'command', command: { ...acknowledgement, alarmId } },
    Date.parse(at),
  );
  expect(counts ?? {}).toEqual({});
});

it('a waiting acknowledgement keeps waiting while another alarm escalates', () => {
  const patientBed = highBed();
  patientBed.command(3, { type: 'acknowledge', alarmId: 'not-known-yet' });
  patientBed.tick(64);
  expect(patientBed.eventTypes('HR.extreme-high')).toContain('escalated');
  expect(patientBed.state().book.held.map(({ alarmId }) => alarmId)).toEqual(['not-known-yet']);
});

it('at most 16 acknowledgements wait, each for at most 10 min, and dropped acknowledgements are counted', () => {
  const patientBed = bed();
  for (let n = 0; n < 40; n++) patientBed.command(0, { type: 'acknowledge', alarmId: `unknown-alarm-${n}` });
  expect(patientBed.state().book.held.map(({ alarmId }) => alarmId)).toEqual(
    Array.from({ length: 16 }, (_, i) => `unknown-alarm-${24 + i}`),
  );
  expect([patientBed.countOf('acknowledgementsHeld'), patientBed.countOf('acknowledgementsUnknown')]).toEqual([16, 24]);
  patientBed.tick(599);
  expect(patientBed.state().book.held).toHaveLength(16);
  patientBed.tick(600);
  expect(patientBed.state().book.held).toEqual([]);
});

it('an alarm calls again if its acknowledgement ran out while a more serious alarm called instead', () => {
  const patientBed = mediumBed();
  patientBed.acknowledge(7, 'HR.high');
  patientBed.feedEachSecond(8, 200, { HR: 150 });
  expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('off');
  patientBed.feedEachSecond(201, 206, { HR: 130 });
  expect(patientBed.liveAlarms()['HR.extreme-high']?.present).toBe(false);
  expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('on');
});
