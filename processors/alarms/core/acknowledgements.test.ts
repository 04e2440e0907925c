/** Which acknowledgements answer an alarm, and which do not: these are counted. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, env, highBed, instant, mediumBed, nurse } from '../../bed.testing.ts';
import { step } from './engine.ts';

/** An answer to the revision that a screen shows now. */
const seen = (one: Bed, condition: string) => {
  const { alarmId, rev } = one.live()[condition]!;
  return { type: 'acknowledge' as const, alarmId, rev };
};

describe('an acknowledgement does not count', () => {
  it('if it is repeated', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    const told = one.events.length;
    one.acknowledge(8, 'HR.high');
    expect([one.events.length, one.count('acknowledgementsRepeated')]).toEqual([told, 1]);
  });

  it('if the same command comes again after the alarm called anew', () => {
    const one = mediumBed();
    const { alarmId } = one.live()['HR.high']!;
    one.command(7, { type: 'acknowledge', alarmId }, 'command-x');
    one.run(8, 187, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('on');
    one.command(188, { type: 'acknowledge', alarmId }, 'command-x');
    expect([one.live()['HR.high']?.signal, one.count('commandsRepeated')]).toEqual(['on', 1]);
  });

  it('of an alarm that has left', () => {
    const one = mediumBed();
    const { alarmId } = one.live()['HR.high']!;
    one.run(7, 12, { HR: 100 });
    const told = one.events.length;
    one.command(13, { type: 'acknowledge', alarmId });
    expect([one.events.length, one.count('acknowledgementsUnknown')]).toEqual([told, 1]);
  });

  it.each([
    [3, 'on'],
    [2, 'acknowledged'],
    [0, 'acknowledged'],
  ])(
    'if given %i s before the alarm called again, with a difference of at most 2 s between clocks: %s',
    (before, signal) => {
      const one = highBed();
      const { alarmId } = one.live()['HR.extreme-high']!;
      one.run(3, 9, { HR: 80 });
      one.run(10, 10, { HR: 150 });
      const calledAt = 10.02;
      one.command(calledAt - before, { type: 'acknowledge', alarmId });
      expect(one.live()['HR.extreme-high']?.signal).toBe(signal);
    },
  );

  it('if given 3 s before the re-alarm, even though the alarm has had one onset', () => {
    const one = mediumBed();
    one.acknowledge(7, 'HR.high');
    one.tick(187);
    one.acknowledge(184, 'HR.high');
    expect([one.live()['HR.high']?.signal, one.count('acknowledgementsStale')]).toEqual(['on', 1]);
  });

  it('of an older text: acknowledging 130 does not acknowledge 150', () => {
    const one = mediumBed();
    const before = seen(one, 'HR.high');
    one.run(7, 12, { HR: 138 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 138 > 120', onsets: 1 });
    one.command(12, before);
    expect(one.live()['HR.high']?.signal).toBe('on');
    expect(one.count('acknowledgementsStale')).toBe(1);
    one.command(13, seen(one, 'HR.high'));
    expect(one.live()['HR.high']?.signal).toBe('acknowledged');
  });

  it('and the person is asked to look again', () => {
    const one = mediumBed();
    const before = seen(one, 'HR.high');
    one.run(7, 12, { HR: 138 });
    one.command(12, before);
    expect(one.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('Look again') });
    one.command(13, seen(one, 'HR.high'));
    expect(one.answers.at(-1)).toMatchObject({ accepted: true });
  });

  it('of an earlier onset, if the condition had paused for 5 s or more', () => {
    const one = highBed();
    const before = seen(one, 'HR.extreme-high');
    one.run(3, 13, { HR: 80 });
    one.run(14, 14, { HR: 150 });
    one.command(15, before);
    expect(one.live()['HR.extreme-high']).toMatchObject({ signal: 'on', onsets: 2 });
    expect(one.count('acknowledgementsStale')).toBe(1);
    one.command(16, seen(one, 'HR.extreme-high'));
    expect(one.live()['HR.extreme-high']?.signal).toBe('acknowledged');
  });
});

describe('an acknowledgement counts', () => {
  it('of the first call, even if the other machine’s clock is behind', () => {
    const one = mediumBed();
    one.acknowledge(3, 'HR.high');
    expect(one.live()['HR.high']?.signal).toBe('acknowledged');
  });

  it('of an earlier onset, if the condition paused only for a moment and is no graver', () => {
    const one = highBed();
    const before = seen(one, 'HR.extreme-high');
    one.run(3, 8, { HR: 80 });
    one.run(9, 9, { HR: 145 });
    expect(one.live()['HR.extreme-high']).toMatchObject({ onsets: 2, present: true, signal: 'on' });
    one.command(9.1, before);
    expect(one.live()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('of an older revision that was escalated since', () => {
    const one = highBed();
    const before = seen(one, 'HR.extreme-high');
    one.run(3, 65, { HR: 150 });
    expect(one.types('HR.extreme-high')).toContain('escalated');
    one.command(65, before);
    expect(one.live()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('of an older revision that ended since', () => {
    const one = highBed();
    const before = seen(one, 'HR.extreme-high');
    one.run(3, 8, { HR: 100 });
    one.command(9, before);
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('of an alarm that is not known yet, as soon as the alarm is raised', () => {
    const { alarmId } = mediumBed().live()['HR.high']!;
    const one = bed();
    one.command(0, { type: 'acknowledge', alarmId });
    expect(one.count('acknowledgementsHeld')).toBe(1);
    one.run(0, 6, { HR: 130 });
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged']);
    expect(one.state().book.held).toEqual([]);
  });
});

it('a waiting acknowledgement acknowledges no other alarm', () => {
  const one = bed();
  one.command(0, { type: 'acknowledge', alarmId: 'of-another-alarm' });
  one.run(0, 6, { HR: 130 });
  expect(one.types('HR.high')).toEqual(['raised']);
  expect(one.state().book.held).toHaveLength(1);
});

it('an acknowledgement that counts is not in the count of those that do not', () => {
  const one = mediumBed();
  const { alarmId } = one.live()['HR.high']!;
  const at = instant(7);
  const asked = { type: 'acknowledge', commandId: 'command-1', associationId: 'association-1', at, by: nurse } as const;
  const { counts } = step(env, one.state(), { type: 'command', command: { ...asked, alarmId } }, Date.parse(at));
  expect(counts ?? {}).toEqual({});
});

it('a waiting acknowledgement keeps waiting while another alarm escalates', () => {
  const one = highBed();
  one.command(3, { type: 'acknowledge', alarmId: 'not-known-yet' });
  one.tick(64);
  expect(one.types('HR.extreme-high')).toContain('escalated');
  expect(one.state().book.held.map(({ alarmId }) => alarmId)).toEqual(['not-known-yet']);
});

it('at most 16 acknowledgements wait, and none for longer than 10 min; dropped ones are counted', () => {
  const one = bed();
  for (let n = 0; n < 40; n++) one.command(0, { type: 'acknowledge', alarmId: `unknown-alarm-${n}` });
  expect(one.state().book.held.map(({ alarmId }) => alarmId)).toEqual(
    Array.from({ length: 16 }, (_, i) => `unknown-alarm-${24 + i}`),
  );
  expect([one.count('acknowledgementsHeld'), one.count('acknowledgementsUnknown')]).toEqual([16, 24]);
  one.tick(599);
  expect(one.state().book.held).toHaveLength(16);
  one.tick(600);
  expect(one.state().book.held).toEqual([]);
});

it('an acknowledgement that ran out under a graver alarm no longer counts when that alarm ends', () => {
  const one = mediumBed();
  one.acknowledge(7, 'HR.high');
  one.run(8, 200, { HR: 150 });
  expect(one.live()['HR.high']?.signal).toBe('off');
  one.run(201, 206, { HR: 130 });
  expect(one.live()['HR.extreme-high']?.present).toBe(false);
  expect(one.live()['HR.high']?.signal).toBe('on');
});
