/**
 * Tests of the end of a failure of the engine's own code: the alarm about the failure comes, and does not stay for
 * ever.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import { reading, t0 } from '../bed.testing.ts';
import { bad, good, notJudged, open, resetWorld, second, world } from './engine-failure.testing.ts';

beforeEach(resetWorld);

/** Returns snapshots in which the bad patient's state is changed. */
const withState = (states: readonly AlarmState[], change: (engine: { state: object }) => unknown) =>
  states.map((state) =>
    state.associationId === bad ? { ...state, engine: change(state.engine as { state: object }) } : state,
  );
const restoredFrom = (states: readonly AlarmState[], observations: bigint) => ({
  states,
  position: { observations, commands: 0n },
  replayTo: observations,
});

describe('the alarm that nothing is judged ends', () => {
  it('after the comparison with the events of the last owner has failed once', () => {
    const first = open();
    first.add(bad, 0, reading(0, { HR: 150 }));
    const states = first.states(1);
    first.tick(1, 70);
    const last = first.of(bad).findLast(({ type }) => type === 'escalated')!;
    let failuresLeft = 1;
    const failing: AlarmEvent = {
      ...last,
      get alarm() {
        if (failuresLeft > 0 && new Error().stack!.includes('realign')) {
          failuresLeft -= 1;
          throw new Error('broken event');
        }
        return last.alarm;
      },
    };
    const next = open({ ...restoredFrom(states, 1n), publishedEvents: [failing] }, t0 + 70 * second);
    expect(next.failures.map(({ task }) => task)).toEqual(['realign']);
    for (let s = 71; s < 150; s += 1) {
      next.add(bad, s, reading(s, { HR: 150 }));
      next.tick(s, s + 1);
    }
    expect(next.faultEvents().map(({ type }) => type)).toContain('cleared');
  });

  it('the alarm calls although a standby begins, because without judging no value ends the standby', () => {
    const bench = open();
    for (let s = 0; s < 5; s += 1) bench.add(bad, s);
    bench.tick(5, 6);
    expect(bench.command(bad, 6, { type: 'standby', forMs: 120_000, reason: 'x-ray' })).toMatchObject({
      accepted: true,
    });
    world.fault = 'profile';
    bench.tick(30, 32);
    world.fault = 'none';
    bench.tick(32, 50);
    world.fault = 'profile';
    for (let s = 50; s < 200; s += 1) {
      bench.add(bad, s, reading(s, { HR: 150 }));
      bench.tick(s, s + 1);
    }
    expect(bench.faultEvents().at(-1)?.alarm).toMatchObject({ present: true, signal: 'on' });
  });

  it.each([
    { what: 'one alarm', broken: (live: object) => ({ live: { ...live, 'RR.high': { alarm: null } } }) },
    { what: 'the closed alarms', broken: (live: object) => ({ live, closed: null }) },
  ])('with the discharge, as all alarms do, although the code fails about $what', ({ broken }) => {
    const first = open();
    first.add(bad, 0, reading(0, { HR: 150, SpO2: 80 }));
    const states = withState(first.states(1), (engine) => {
      const { book } = engine.state as { book: { live: object } };
      return { ...engine, state: { ...engine.state, book: { ...book, ...broken(book.live) } } };
    });
    const next = open(restoredFrom(states, 1n), t0 + 2 * second);
    next.tick(2, 5);
    world.badAssociation = { ...world.badAssociation, endedAt: t0 + 5 * second };
    next.tick(5, 30);
    const cleared = next.of(bad).filter(({ type }) => type === 'cleared');
    const conditions = ['HR.extreme-high', 'SpO2.extreme-low'];
    expect(cleared.map(({ alarm }) => alarm.condition)).toEqual(expect.arrayContaining(conditions));
    expect(next.failures.map(({ task }) => task)).toContain('association');
    expect([next.partition.liveAlarmCount(), next.partition.failingCount()]).toEqual([0, 0]);
  });

  it('a repeated reading does not count as judged', () => {
    const bench = open();
    bench.add(bad, 0);
    world.fault = 'profile';
    bench.add(bad, 1);
    world.fault = 'none';
    bench.add(bad, 0, reading(0, { HR: 80 }), t0 + 2 * second);
    bench.tick(2, 90);
    expect(bench.faultEvents().some(({ type }) => type === 'resolved')).toBe(false);
  });
});

describe('a snapshot that this version cannot read', () => {
  it.each([
    { what: 'of another version', change: (engine: object) => ({ ...engine, v: 9 }) },
    { what: 'without a state', change: (engine: object) => ({ ...engine, state: null }) },
    { what: 'without an engine', change: () => null },
  ])('after a snapshot $what, the bed has an alarm, its former alarms end, and the bed is judged', ({ change }) => {
    const first = open();
    first.add(bad, 0, reading(0, { HR: 150 }));
    first.add(good, 0);
    const next = open(restoredFrom(withState(first.states(1), change), 2n), t0 + 2 * second);
    next.tick(2, 4);
    expect(next.of(bad).map(({ type, alarm }) => `${type} ${alarm.condition}`)).toEqual([
      `raised ${notJudged}`,
      'cleared HR.extreme-high',
    ]);
    expect(next.faultEvents()[0]!.alarm).toMatchObject({ deviceId: 'bed-01', priority: 'high' });
    for (let s = 4; s < 60; s += 1) {
      next.add(bad, s, reading(s, { HR: 150 }));
      next.tick(s, s + 1);
    }
    const last = (condition: string) => next.of(bad).findLast(({ alarm }) => alarm.condition === condition);
    expect(last('HR.extreme-high')?.alarm).toMatchObject({ present: true, signal: 'on' });
    expect(last(notJudged)?.type).toBe('cleared');
  });

  it('after a snapshot that cannot be decrypted, the bed has an alarm, its former alarms end, and the other bed is judged', () => {
    const first = open();
    first.add(bad, 0, reading(0, { HR: 150 }));
    first.add(good, 0);
    const states = first.states(1).filter(({ associationId }) => associationId === good);
    const restored = { ...restoredFrom(states, 2n), publishedEvents: first.events, unreadable: [bad] };
    const next = open(restored, t0 + 2 * second);
    expect(states.map(({ associationId }) => associationId)).toEqual([good]);
    expect(next.partition.engineCount()).toBe(2);
    next.tick(2, 4);
    expect(next.of(bad).map(({ type, alarm }) => `${type} ${alarm.condition}`)).toEqual([
      `raised ${notJudged}`,
      'cleared HR.extreme-high',
    ]);
    expect(next.of(good)).toEqual([]);
  });

  it('a snapshot that cannot be decrypted makes no engine and no alarm if the patient has left', () => {
    world.badAssociation = { ...world.badAssociation, endedAt: t0 };
    const next = open({ ...restoredFrom([], 1n), unreadable: [bad] }, t0 + 2 * second);
    next.tick(2, 4);
    expect([next.partition.engineCount(), next.events, next.failures]).toEqual([0, [], []]);
  });

  it.each([
    { category: 'adult', ended: 0 },
    { category: 'unassigned', ended: 1 },
  ] as const)(
    'after a snapshot that cannot be decrypted, of a device that sends nothing (category $category), the alarm ends $ended times',
    ({ category, ended }) => {
      world.badAssociation = { ...world.badAssociation, category };
      const next = open({ ...restoredFrom([], 1n), unreadable: [bad] }, t0 + 2 * second);
      next.tick(2, 120);
      const types = next.faultEvents().map(({ type }) => type);
      expect(types.filter((type) => type === 'raised')).toHaveLength(1);
      expect(types.filter((type) => type === 'cleared')).toHaveLength(ended);
      expect(next.partition.failingCount()).toBe(1 - ended);
    },
  );
});
