/** Tests of the audio pause (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { bed, highBed, instant, mediumBed, nurse, t0 } from '../../bed.testing.ts';

const pause = (forMs = 120_000) => ({ type: 'pause-audio' as const, forMs });

it('an audio pause silences present calls and ends after its time', () => {
  const patientBed = mediumBed();
  patientBed.command(10, pause(60_000));
  expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ signal: 'on', audioPausedUntil: instant(70) });
  expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'audio-paused']);
  patientBed.feedEachSecond(11, 69, { HR: 130 });
  expect(patientBed.state().book.pause).toEqual({ until: t0 + 70_000, over: 'medium' });
  patientBed.feedEachSecond(70, 70, { HR: 130 });
  expect(patientBed.state().book.pause).toBeNull();
});

it('an audio pause continues if the value of a silenced alarm gets worse and its priority stays the same', () => {
  const patientBed = mediumBed();
  patientBed.command(10, pause());
  patientBed.feedEachSecond(11, 20, { HR: 138 });
  expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ text: 'HR 138 > 120', audioPausedUntil: instant(130) });
  expect(patientBed.state().book.pause).not.toBeNull();
});

it('an audio pause lasts at most 2 min, even if the command asks for more', () => {
  const patientBed = mediumBed();
  patientBed.command(10, pause(600_000));
  expect(patientBed.liveAlarms()['HR.high']?.audioPausedUntil).toBe(instant(130));
});

describe('the early end of an audio pause', () => {
  it('a new call of the same priority ends an audio pause', () => {
    const patientBed = mediumBed();
    patientBed.command(10, pause());
    patientBed.feedEachSecond(11, 21, { HR: 130, SpO2: 89 });
    expect(patientBed.liveAlarms()['SpO2.low']).toMatchObject({ signal: 'on' });
    for (const condition of ['SpO2.low', 'HR.high'])
      expect(patientBed.liveAlarms()[condition]).not.toHaveProperty('audioPausedUntil');
    expect(patientBed.state().book.pause).toBeNull();
  });

  it('an audio pause ends when an alarm of the same priority begins to call because a more serious alarm has ended', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 14, { HR: 130, RR: 31 });
    patientBed.feedEachSecond(15, 19, { HR: 150, RR: 31 });
    patientBed.acknowledge(19, 'HR.extreme-high');
    patientBed.command(20, pause());
    expect(patientBed.state().book.pause?.over).toBe('medium');
    patientBed.feedEachSecond(21, 25, { HR: 130, RR: 31 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('off');
    expect(patientBed.state().book.pause).not.toBeNull();
    patientBed.feedEachSecond(26, 26, { HR: 130, RR: 31 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('on');
    expect(patientBed.state().book.pause).toBeNull();
  });

  it.each([
    ['desaturation', 'SpO2.extreme-low', { HR: 130, SpO2: 80 }],
    ['asystole', 'asystole', { HR: 0 }],
    ['an extreme limit', 'HR.extreme-high', { HR: 150 }],
    ['a rate of 0 breaths', 'RR.extreme-low', { HR: 130, RR: 0 }],
  ])('a new call of a higher priority ends an audio pause: %s', (_name, condition, numerics) => {
    const patientBed = mediumBed();
    patientBed.command(10, pause());
    patientBed.feedEachSecond(11, 11, numerics);
    expect(patientBed.liveAlarms()[condition]).toMatchObject({ signal: 'on', priority: 'high' });
    for (const alarm of Object.values(patientBed.liveAlarms())) expect(alarm).not.toHaveProperty('audioPausedUntil');
  });

  it('a new high alarm ends an audio pause that began for another high alarm', () => {
    const patientBed = highBed();
    patientBed.command(10, pause());
    patientBed.feedEachSecond(11, 11, { HR: 150, SpO2: 80 });
    for (const condition of ['HR.extreme-high', 'SpO2.extreme-low'])
      expect(patientBed.liveAlarms()[condition]).not.toHaveProperty('audioPausedUntil');
  });

  it('an acknowledged alarm that calls again ends an audio pause', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 9, { HR: 130, SpO2: 97, Temp: 39 });
    patientBed.acknowledge(10, 'HR.high');
    // At first only the temperature calls. The heart rate is more serious and calls again when its acknowledgement runs
    // out.
    patientBed.feedEachSecond(11, 179, { HR: 130, SpO2: 97, Temp: 39 });
    patientBed.command(180, pause());
    expect(patientBed.liveAlarms()['Temp.high']?.audioPausedUntil).toBe(instant(300));
    patientBed.feedEachSecond(181, 190, { HR: 130, SpO2: 97, Temp: 39 });
    expect(patientBed.eventTypes('HR.high')).toContain('realarmed');
    expect(patientBed.liveAlarms()['Temp.high']).not.toHaveProperty('audioPausedUntil');
  });
});

it('an audio pause also silences a new call that is less serious', () => {
  const patientBed = mediumBed();
  patientBed.command(10, pause());
  patientBed.feedEachSecond(11, 12, { HR: 130, Temp: 39 });
  expect(patientBed.liveAlarms()['Temp.high']).toMatchObject({ priority: 'low', audioPausedUntil: instant(130) });
  expect(patientBed.liveAlarms()['HR.high']?.audioPausedUntil).toBe(instant(130));
});

describe('an audio pause that does not begin', () => {
  it('an audio pause does not begin if no alarm calls', () => {
    const patientBed = bed();
    patientBed.command(0, pause());
    patientBed.feedEachSecond(1, 7, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']).not.toHaveProperty('audioPausedUntil');
  });

  it('an audio pause does not begin if every alarm is acknowledged', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(7, 'HR.high');
    patientBed.command(8, pause());
    expect(patientBed.state().book.pause).toBeNull();
  });

  it.each([
    ['long passed', -200, false],
    ['just passed', -113, false],
    ['not passed yet', -112.999, true],
  ])('an audio pause begins only if its time has not passed when the command comes: %s', (_name, s, begins) => {
    const patientBed = mediumBed();
    const command = { commandId: 'old', associationId: 'association-1', at: instant(s), by: nurse, ...pause() };
    patientBed.feed({ type: 'command', command }, t0 + 7_000);
    expect(patientBed.state().book.pause !== null).toBe(begins);
    expect(patientBed.eventTypes('HR.high')).toEqual(begins ? ['raised', 'audio-paused'] : ['raised']);
  });
});

it('a new audio pause can begin after a new call has ended the earlier pause', () => {
  const patientBed = mediumBed();
  patientBed.command(10, pause(30_000));
  patientBed.feedEachSecond(11, 12, { HR: 150 });
  patientBed.command(13, pause());
  expect(patientBed.liveAlarms()['HR.extreme-high']?.audioPausedUntil).toBe(instant(133));
});
