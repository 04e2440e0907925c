import { describe, expect, it, vi } from 'vitest';
import { type Bed, bed, t0 } from '../bed.testing.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const at = (s: number) => new Date(t0 + s * 1000).toISOString();

/** HR 130 from 0 to 6: raised at 6. */
function medium(): Bed {
  const one = bed();
  one.run(0, 6, { HR: 130 });
  return one;
}
/** HR 150 at 0: raised at once, high. */
function high(): Bed {
  const one = bed();
  one.run(0, 2, { HR: 150 });
  return one;
}
const idOf = (one: Bed, condition: string) => one.live()[condition]!.alarmId;

describe('raised, acknowledged by a named person, resolved', () => {
  it('medium: answered while present, leaves when it ends', () => {
    const one = medium();
    one.command(7, { type: 'acknowledge', alarmId: idOf(one, 'HR.high') });
    expect(one.live()['HR.high']).toMatchObject({
      signal: 'acknowledged',
      acknowledgedBy: { name: 'N. Urse' },
      acknowledgedAt: at(7),
      realarmAt: at(187),
    });
    one.run(8, 8, { HR: 100 });
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'resolved', 'cleared']);
    expect(one.live()).toEqual({});
    expect(one.events.map(({ alarm }) => alarm.rev)).toEqual([1, 2, 3, 4]);
    expect(one.events.at(-1)?.alarm).toMatchObject({ present: false, signal: 'off', resolvedAt: at(8) });
  });

  it('medium: unanswered, leaves when it ends; again is a new alarm', () => {
    const one = medium();
    one.run(7, 8, { HR: 100 });
    expect(one.live()).toEqual({});
    one.run(9, 15, { HR: 130 });
    expect(one.raised()).toEqual(['HR.high', 'HR.high']);
    expect(new Set(one.events.map(({ alarm }) => alarm.alarmId)).size).toBe(2);
  });

  it('high physiological latches until a person has seen it', () => {
    const one = high();
    one.run(3, 4, { HR: 80 });
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: false, signal: 'latched', resolvedAt: at(3) });
    one.command(9, { type: 'acknowledge', alarmId: idOf(one, 'HR.extreme-high') });
    expect(one.live()).toEqual({});
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('high: answered while present, leaves when it ends', () => {
    const one = high();
    one.command(3, { type: 'acknowledge', alarmId: idOf(one, 'HR.extreme-high') });
    one.run(4, 4, { HR: 80 });
    expect(one.live()).toEqual({});
  });

  it('technical ones do not latch', () => {
    const one = bed();
    one.run(0, 0, { HR: 80 });
    one.feed({ type: 'connection', deviceId: 'bed-01', receivedAt: t0 + 1000, connected: false, reason: 'keep-alive' });
    expect(one.live().disconnected?.signal).toBe('on');
    one.feed({ type: 'connection', deviceId: 'bed-01', receivedAt: t0 + 9000, connected: true });
    expect(one.live()).toEqual({});
  });

  it('a new occurrence of a latched one is a new onset of the same alarm', () => {
    const one = high();
    const alarmId = idOf(one, 'HR.extreme-high');
    one.run(3, 4, { HR: 80 });
    one.run(5, 5, { HR: 160 });
    expect(one.raised()).toEqual(['HR.extreme-high']);
    expect(one.live()['HR.extreme-high']).toMatchObject({ alarmId, onsets: 2, present: true, signal: 'on' });
    expect(one.live()['HR.extreme-high']?.text).toBe('HR 160 > 140');
    expect(one.live()['HR.extreme-high']?.resolvedAt).toBeUndefined();
  });
});

describe('acknowledgements that change nothing are counted', () => {
  it('twice', () => {
    const one = medium();
    const alarmId = idOf(one, 'HR.high');
    one.command(7, { type: 'acknowledge', alarmId });
    const told = one.events.length;
    one.command(8, { type: 'acknowledge', alarmId });
    expect([one.events.length, one.count('acknowledgementsRepeated')]).toEqual([told, 1]);
  });

  it('the same command again', () => {
    const one = medium();
    const alarmId = idOf(one, 'HR.high');
    one.command(7, { type: 'acknowledge', alarmId }, 'command-x');
    one.run(8, 187, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('on');
    one.command(188, { type: 'acknowledge', alarmId }, 'command-x');
    expect([one.live()['HR.high']?.signal, one.count('commandsRepeated')]).toEqual(['on', 1]);
  });

  it('of an alarm that has left', () => {
    const one = medium();
    const alarmId = idOf(one, 'HR.high');
    one.run(7, 8, { HR: 100 });
    const told = one.events.length;
    one.command(9, { type: 'acknowledge', alarmId });
    expect([one.events.length, one.count('acknowledgementsUnknown')]).toEqual([told, 1]);
  });

  it('given before the alarm called again: it does not answer the new call', () => {
    for (const [before, signal] of [
      [3, 'on'],
      [2, 'acknowledged'],
      [0, 'acknowledged'],
    ] as const) {
      const one = high();
      const alarmId = idOf(one, 'HR.extreme-high');
      one.run(3, 9, { HR: 80 });
      one.run(10, 10, { HR: 150 });
      const calledAt = 10.02;
      one.command(calledAt - before, { type: 'acknowledge', alarmId });
      expect(one.live()['HR.extreme-high']?.signal).toBe(signal);
    }
  });

  const seen = (one: Bed, condition: string) => {
    const { alarmId, rev } = one.live()[condition]!;
    return { type: 'acknowledge' as const, alarmId, rev };
  };

  it('of another text than the alarm has now: 130 acknowledged is not 150 acknowledged', () => {
    const one = medium();
    const before = seen(one, 'HR.high');
    one.run(7, 12, { HR: 138 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 138 > 120', onsets: 1 });
    one.command(12, before);
    expect(one.live()['HR.high']?.signal).toBe('on');
    expect(one.count('acknowledgementsStale')).toBe(1);
    one.command(13, seen(one, 'HR.high'));
    expect(one.live()['HR.high']?.signal).toBe('acknowledged');
  });

  it('of a former onset, where it has begun anew after 5 s or more', () => {
    const one = high();
    const before = seen(one, 'HR.extreme-high');
    one.run(3, 9, { HR: 80 });
    one.run(10, 10, { HR: 150 });
    one.command(11, before);
    expect(one.live()['HR.extreme-high']).toMatchObject({ signal: 'on', onsets: 2 });
    expect(one.count('acknowledgementsStale')).toBe(1);
    one.command(12, seen(one, 'HR.extreme-high'));
    expect(one.live()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('but not where the alarm comes and goes each second, or its value was graver when it was seen', () => {
    const flaps = high();
    const before = seen(flaps, 'HR.extreme-high');
    for (const s of [3, 5, 7]) {
      flaps.run(s, s, { HR: 80 });
      flaps.run(s + 1, s + 1, { HR: s === 7 ? 145 : 150 });
    }
    expect(flaps.live()['HR.extreme-high']).toMatchObject({ onsets: 4, present: true, signal: 'on' });
    flaps.command(8.1, before);
    expect(flaps.live()['HR.extreme-high']?.signal).toBe('acknowledged');
  });

  it('but not of an older revision that says the same, escalated or ended since', () => {
    const escalated = high();
    const before = seen(escalated, 'HR.extreme-high');
    escalated.run(3, 65, { HR: 150 });
    expect(escalated.types('HR.extreme-high')).toContain('escalated');
    escalated.command(65, before);
    expect(escalated.live()['HR.extreme-high']?.signal).toBe('acknowledged');
    const ended = high();
    const present = seen(ended, 'HR.extreme-high');
    ended.run(3, 4, { HR: 100 });
    ended.command(5, present);
    expect(ended.types('HR.extreme-high')).toEqual(['raised', 'resolved', 'acknowledged', 'cleared']);
  });

  it('of an alarm not known yet: held, and applied when it is raised', () => {
    const known = medium();
    const alarmId = idOf(known, 'HR.high');
    const one = bed();
    one.command(0, { type: 'acknowledge', alarmId });
    expect(one.count('acknowledgementsHeld')).toBe(1);
    one.run(0, 6, { HR: 130 });
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged']);
  });

  it('holds no more than 16, and none longer than 10 min', () => {
    const one = bed();
    for (let n = 0; n < 40; n++) one.command(0, { type: 'acknowledge', alarmId: `unknown-alarm-${n}` });
    expect(one.state().held).toHaveLength(16);
    expect(one.count('acknowledgementsUnknown')).toBe(24);
    one.tick(599);
    expect(one.state().held).toHaveLength(16);
    one.tick(600);
    expect(one.state().held).toHaveLength(0);
  });
});

describe('re-alarm: 3 min after the answer, if it lasts', () => {
  for (const [name, s, signal] of [
    ['a moment before', 179.9, 'acknowledged'],
    ['at 3 min', 180, 'on'],
    ['a moment after', 180.1, 'on'],
  ] as const)
    it(name, () => {
      const one = medium();
      one.command(10, { type: 'acknowledge', alarmId: idOf(one, 'HR.high') });
      one.tick(10 + s);
      expect(one.live()['HR.high']?.signal).toBe(signal);
    });

  it('needs a new answer', () => {
    const one = medium();
    const alarmId = idOf(one, 'HR.high');
    one.command(10, { type: 'acknowledge', alarmId });
    one.tick(190);
    expect(one.live()['HR.high']).not.toHaveProperty('acknowledgedBy');
    one.command(191, { type: 'acknowledge', alarmId });
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'realarmed', 'acknowledged']);
  });

  it('not of one that has ended', () => {
    const one = medium();
    one.command(7, { type: 'acknowledge', alarmId: idOf(one, 'HR.high') });
    one.run(8, 9, { HR: 100 });
    one.tick(400);
    expect(one.types('HR.high')).not.toContain('realarmed');
  });
});

describe('escalation of what nobody answers runs without a reading', () => {
  const levels = (one: Bed, condition: string, s: number) => {
    one.tick(s);
    return one.live()[condition]?.escalation;
  };
  it('high: each 60 s, up to 3', () => {
    const one = high();
    const raised = 0.02;
    expect([59.9, 60, 119.9, 120, 180, 600].map((s) => levels(one, 'HR.extreme-high', raised + s))).toEqual([
      0, 1, 1, 2, 3, 3,
    ]);
  });
  it('medium: each 180 s', () => {
    const one = medium();
    const raised = 6.02;
    expect([179.9, 180].map((s) => levels(one, 'HR.high', raised + s))).toEqual([0, 1]);
    one.run(200, 200, { HR: 130 });
    expect(levels(one, 'HR.high', raised + 360)).toBe(2);
  });
  it('low: not', () => {
    const one = bed();
    one.run(0, 0, { Temp: 39 });
    one.tick(3600);
    expect(one.types('Temp.high')).not.toContain('escalated');
  });
  it('not after an answer; latched ones go on', () => {
    const answered = high();
    answered.command(3, { type: 'acknowledge', alarmId: idOf(answered, 'HR.extreme-high') });
    answered.tick(100);
    expect(answered.types('HR.extreme-high')).toEqual(['raised', 'acknowledged']);
    const latched = high();
    latched.run(3, 3, { HR: 80 });
    latched.tick(61);
    expect(latched.live()['HR.extreme-high']).toMatchObject({ escalation: 1, signal: 'latched' });
  });
});

describe('audio pause', () => {
  it('is at most 2 min, and counted down by its end', () => {
    const one = medium();
    one.command(10, { type: 'pause-audio', forMs: 120_000 });
    expect(one.live()['HR.high']?.audioPausedUntil).toBe(at(130));
    expect(one.types('HR.high')).toEqual(['raised', 'audio-paused']);
    one.tick(129.9);
    expect(one.state().pause).not.toBeNull();
    one.tick(130);
    expect(one.state().pause).toBeNull();
  });

  it('ends early by a new alarm of higher priority', () => {
    const one = medium();
    one.command(10, { type: 'pause-audio', forMs: 120_000 });
    one.run(11, 11, { HR: 130, SpO2: 80 });
    expect(one.live()['SpO2.extreme-low']?.audioPausedUntil).toBeUndefined();
    expect(one.live()['HR.high']?.audioPausedUntil).toBeUndefined();
  });

  it('holds for a new alarm of the same or a lower one', () => {
    const one = medium();
    one.command(10, { type: 'pause-audio', forMs: 120_000 });
    one.run(11, 17, { HR: 130, SpO2: 89, Temp: 39 });
    for (const condition of ['SpO2.low', 'Temp.high', 'HR.high'])
      expect(one.live()[condition]?.audioPausedUntil).toBe(at(130));
  });

  it('of nothing, or from long ago, pauses nothing', () => {
    const one = bed();
    one.command(0, { type: 'pause-audio', forMs: 60_000 });
    one.run(1, 7, { HR: 130 });
    expect(one.live()['HR.high']?.audioPausedUntil).toBeUndefined();
    const old = medium();
    const command = {
      commandId: 'command-old',
      associationId: 'association-1',
      at: at(-200),
      by: { userId: 'u', name: 'n', role: 'nurse' as const },
    };
    old.feed({ type: 'command', command: { type: 'pause-audio', forMs: 120_000, ...command } }, t0 + 7000);
    expect(old.state().pause).toBeNull();
  });
});
