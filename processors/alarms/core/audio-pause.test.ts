/** Audio pause (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { bed, highBed, instant, mediumBed, nurse, t0 } from '../../bed.testing.ts';

const pause = (forMs = 120_000) => ({ type: 'pause-audio' as const, forMs });

it('an audio pause silences present calls, and ends by itself', () => {
  const one = mediumBed();
  one.command(10, pause(60_000));
  expect(one.live()['HR.high']).toMatchObject({ signal: 'on', audioPausedUntil: instant(70) });
  expect(one.types('HR.high')).toEqual(['raised', 'audio-paused']);
  one.run(11, 69, { HR: 130 });
  expect(one.state().book.pause).toEqual({ until: t0 + 70_000, over: 'medium' });
  one.run(70, 70, { HR: 130 });
  expect(one.state().book.pause).toBeNull();
});

it('an audio pause goes on if a silenced alarm gets worse but no graver', () => {
  const one = mediumBed();
  one.command(10, pause());
  one.run(11, 20, { HR: 138 });
  expect(one.live()['HR.high']).toMatchObject({ text: 'HR 138 > 120', audioPausedUntil: instant(130) });
  expect(one.state().book.pause).not.toBeNull();
});

it('an audio pause lasts 2 min at most, whatever the command says', () => {
  const one = mediumBed();
  one.command(10, pause(600_000));
  expect(one.live()['HR.high']?.audioPausedUntil).toBe(instant(130));
});

describe('an audio pause is ended early by any new call', () => {
  it('of the same priority', () => {
    const one = mediumBed();
    one.command(10, pause());
    one.run(11, 21, { HR: 130, SpO2: 89 });
    expect(one.live()['SpO2.low']).toMatchObject({ signal: 'on' });
    for (const condition of ['SpO2.low', 'HR.high'])
      expect(one.live()[condition]).not.toHaveProperty('audioPausedUntil');
    expect(one.state().book.pause).toBeNull();
  });

  it('of the same priority that was under a graver alarm until now', () => {
    const one = bed();
    one.run(0, 14, { HR: 130, RR: 31 });
    one.run(15, 19, { HR: 150, RR: 31 });
    one.acknowledge(19, 'HR.extreme-high');
    one.command(20, pause());
    expect(one.state().book.pause?.over).toBe('medium');
    one.run(21, 25, { HR: 130, RR: 31 });
    expect(one.live()['HR.high']?.signal).toBe('off');
    expect(one.state().book.pause).not.toBeNull();
    one.run(26, 26, { HR: 130, RR: 31 });
    expect(one.live()['HR.high']?.signal).toBe('on');
    expect(one.state().book.pause).toBeNull();
  });

  it.each([
    ['desaturation', 'SpO2.extreme-low', { HR: 130, SpO2: 80 }],
    ['asystole', 'asystole', { HR: 0 }],
    ['an extreme limit', 'HR.extreme-high', { HR: 150 }],
    ['a rate of 0 breaths', 'RR.extreme-low', { HR: 130, RR: 0 }],
  ])('of a higher priority: %s', (_name, condition, numerics) => {
    const one = mediumBed();
    one.command(10, pause());
    one.run(11, 11, numerics);
    expect(one.live()[condition]).toMatchObject({ signal: 'on', priority: 'high' });
    for (const alarm of Object.values(one.live())) expect(alarm).not.toHaveProperty('audioPausedUntil');
  });

  it('of the gravest priority, even over another high alarm: a high alarm is never silenced unheard', () => {
    const one = highBed();
    one.command(10, pause());
    one.run(11, 11, { HR: 150, SpO2: 80 });
    for (const condition of ['HR.extreme-high', 'SpO2.extreme-low'])
      expect(one.live()[condition]).not.toHaveProperty('audioPausedUntil');
  });

  it('even of the same alarm, when it calls again', () => {
    const one = mediumBed();
    one.run(7, 9, { HR: 130, SpO2: 97, Temp: 39 });
    one.acknowledge(10, 'HR.high');
    // Only the temperature calls; the heart rate is graver when its answer ends.
    one.run(11, 179, { HR: 130, SpO2: 97, Temp: 39 });
    one.command(180, pause());
    expect(one.live()['Temp.high']?.audioPausedUntil).toBe(instant(300));
    one.run(181, 190, { HR: 130, SpO2: 97, Temp: 39 });
    expect(one.types('HR.high')).toContain('realarmed');
    expect(one.live()['Temp.high']).not.toHaveProperty('audioPausedUntil');
  });
});

it('an audio pause stays for calls that are less grave', () => {
  const one = mediumBed();
  one.command(10, pause());
  one.run(11, 12, { HR: 130, Temp: 39 });
  expect(one.live()['Temp.high']).toMatchObject({ priority: 'low', audioPausedUntil: instant(130) });
  expect(one.live()['HR.high']?.audioPausedUntil).toBe(instant(130));
});

describe('an audio pause does nothing', () => {
  it('if nothing calls', () => {
    const one = bed();
    one.command(0, pause());
    one.run(1, 7, { HR: 130 });
    expect(one.live()['HR.high']).not.toHaveProperty('audioPausedUntil');
  });

  it('if every call was acknowledged', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    one.command(8, pause());
    expect(one.state().book.pause).toBeNull();
  });

  it.each([
    ['long over', -200, false],
    ['just over', -113, false],
    ['not yet over', -112.999, true],
  ])('if its time was over when the command came: %s', (_name, s, begins) => {
    const one = mediumBed();
    const command = { commandId: 'old', associationId: 'association-1', at: instant(s), by: nurse, ...pause() };
    one.feed({ type: 'command', command }, t0 + 7_000);
    expect(one.state().book.pause !== null).toBe(begins);
    expect(one.types('HR.high')).toEqual(begins ? ['raised', 'audio-paused'] : ['raised']);
  });
});

it('a new audio pause begins once an alarm has called again', () => {
  const one = mediumBed();
  one.command(10, pause(30_000));
  one.run(11, 12, { HR: 150 });
  one.command(13, pause());
  expect(one.live()['HR.extreme-high']?.audioPausedUntil).toBe(instant(133));
});
