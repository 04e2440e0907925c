/** A failure of the engine's own code about one patient. The tests make the profile of one ward throw. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { reading, t0 } from '../bed.testing.ts';
import { bad, good, notJudged, open, resetWorld, second, world } from './engine-failure.testing.ts';

beforeEach(resetWorld);

describe('the code fails about one patient', () => {
  it('the other patients are judged, and the patient gets one high technical alarm that calls a person', () => {
    const bench = open();
    bench.add(bad, 0);
    bench.add(good, 0);
    world.fault = 'profile';
    for (let s = 1; s <= 3; s += 1) {
      bench.add(bad, s, reading(s, { HR: 150 }));
      bench.add(good, s, reading(s, { HR: 150 }));
      bench.tick(s, s + 1);
    }
    expect(bench.of(good).map(({ type, alarm }) => `${type} ${alarm.condition}`)).toContain('raised HR.extreme-high');
    expect(
      bench.of(bad).map(({ type, alarm }) => [type, alarm.condition, alarm.kind, alarm.priority, alarm.signal]),
    ).toEqual([['raised', notJudged, 'technical', 'high', 'on']]);
    expect(bench.of(bad)[0]!.alarm).toMatchObject({
      deviceId: 'bed-01',
      text: 'Fault in Vigil: values not judged, watch the monitor',
    });
    expect(bench.partition.failingCount()).toBe(1);
    expect(new Set(bench.failures.map(({ associationId }) => associationId))).toEqual(new Set([bad]));
  });

  it('silence of the other patients is noticed in time, and the failing tick is tried less and less often', () => {
    const bench = open();
    bench.add(bad, 0);
    bench.add(good, 0);
    world.fault = 'profile';
    bench.tick(1, 61);
    const silent = bench.of(good).find(({ alarm }) => alarm.condition === 'no-data');
    expect(silent?.at).toBe(new Date(t0 + 5_500).toISOString());
    const ticks = bench.failures.filter(({ task }) => task === 'tick').length;
    expect(ticks).toBeGreaterThan(5);
    expect(ticks).toBeLessThan(16);
  });

  it('when the code works again, the alarm ends by itself after a calm time, and the state from before goes on', () => {
    const bench = open();
    for (let s = 0; s <= 2; s += 1) bench.add(bad, s, reading(s, { HR: 150 }));
    world.fault = 'profile';
    bench.add(bad, 3, reading(3, { HR: 80 }));
    world.fault = 'none';
    for (let s = 4; s <= 60; s += 1) {
      bench.add(bad, s, reading(s, { HR: 150 }));
      bench.tick(s, s + 1);
    }
    const published = bench.of(bad).filter(({ type }) => type !== 'escalated' && type !== 'updated');
    expect(published.map(({ type, alarm }) => `${type} ${alarm.condition}`)).toEqual([
      'raised HR.extreme-high',
      `raised ${notJudged}`,
      `resolved ${notJudged}`,
      `cleared ${notJudged}`,
    ]);
    const ended = published.at(-1)!;
    expect(Date.parse(ended.at) - (t0 + 3 * second)).toBeGreaterThanOrEqual(30 * second);
    expect(bench.partition.failingCount()).toBe(0);
  });

  it('the alarm does not end while no reading has been judged since the failure', () => {
    const bench = open();
    bench.add(bad, 0);
    world.fault = 'profile';
    bench.add(bad, 1);
    world.fault = 'none';
    bench.tick(2, 120);
    expect(bench.faultEvents().some(({ type }) => type === 'resolved')).toBe(false);
    expect(bench.of(bad).some(({ alarm }) => alarm.condition === 'no-data')).toBe(true);
    bench.add(bad, 120);
    bench.tick(120, 122);
    expect(bench.faultEvents().at(-1)).toMatchObject({ type: 'cleared' });
  });

  it('failures that come and go are one alarm', () => {
    const bench = open();
    for (let s = 0; s < 120; s += 1) {
      world.fault = s % 3 === 1 ? 'profile' : 'none';
      bench.add(bad, s);
      world.fault = 'none';
      bench.tick(s, s + 1);
    }
    expect(
      bench
        .faultEvents()
        .filter(({ type }) => type !== 'escalated')
        .map(({ type }) => type),
    ).toEqual(['raised']);
  });

  it('alarms escalate, people acknowledge and pause them, and they call again', () => {
    const bench = open();
    bench.add(bad, 0, reading(0, { HR: 150 }));
    world.fault = 'profile';
    bench.tick(1, 70);
    const live = bench.of(bad).findLast(({ alarm }) => alarm.condition === 'HR.extreme-high')!.alarm;
    expect(live.escalation).toBeGreaterThan(0);
    const own = bench.faultEvents().at(-1)!.alarm;
    expect(own.escalation).toBeGreaterThan(0);
    for (const { alarmId } of [live, own])
      expect(bench.command(bad, 70, { type: 'acknowledge', alarmId })).toMatchObject({ accepted: true });
    bench.tick(71, 260);
    const last = (condition: string) => bench.of(bad).filter(({ alarm }) => alarm.condition === condition);
    expect(last(notJudged).map(({ type }) => type)).toContain('realarmed');
    expect(last('HR.extreme-high').map(({ type }) => type)).toContain('realarmed');
    expect(bench.command(bad, 260, { type: 'pause-audio', forMs: 60_000 })).toMatchObject({ accepted: true });
    expect(bench.command(bad, 261, { type: 'set-limits', group: 'HR', limits: { high: 170 } })).toMatchObject({
      accepted: false,
      reason: 'Not done: a fault in Vigil stops the judging of this bed.',
    });
  });

  it('a discharge ends all alarms, and the state is forgotten a day later', () => {
    const bench = open();
    bench.add(bad, 0, reading(0, { HR: 150 }));
    world.fault = 'profile';
    bench.tick(1, 3);
    world.badAssociation = { ...world.badAssociation, endedAt: t0 + 3_000 };
    bench.tick(3, 20);
    expect(bench.partition.liveAlarmCount()).toBe(0);
    expect(bench.faultEvents().at(-1)).toMatchObject({ type: 'cleared' });
    bench.partition.flush(t0 + 20_000, 0, 0n);
    const afterDay = bench.partition.flush(t0 + 86_500_000, 0, 0n);
    expect(afterDay.snapshots).toContainEqual({ associationId: bad, body: null });
  });

  it('the offsets go on, and the next owner goes on with the same alarm', () => {
    const bench = open();
    bench.add(bad, 0, reading(0, { HR: 150 }));
    world.fault = 'profile';
    for (let s = 1; s <= 5; s += 1) bench.add(bad, s);
    bench.tick(5, 7);
    const { position } = bench.partition.flush(t0 + 7_000, 0, 0n);
    expect(position.observations).toBe(6n);
    bench.add(bad, 7);
    const states = bench.states(8);
    const next = open({ states, position: { observations: 7n, commands: 0n }, replayTo: 7n }, t0 + 10_000);
    next.add(bad, 10);
    next.tick(10, 20);
    expect(next.events).toEqual([]);
    expect(next.partition.failingCount()).toBe(1);
    world.fault = 'none';
    for (let s = 20; s < 60; s += 1) {
      next.add(bad, s, reading(s, { HR: 150 }));
      next.tick(s, s + 1);
    }
    const [ended] = next.faultEvents().filter(({ type }) => type === 'cleared');
    expect(ended?.alarm.alarmId).toBe(bench.faultEvents()[0]!.alarm.alarmId);
  });

  it.each(['a failing tick', 'a failing reading'])(
    'after a crash before the snapshot, the next owner raises no second alarm (%s)',
    (what) => {
      const first = open();
      first.add(bad, 0);
      const states = first.states(0.5);
      world.fault = 'profile';
      if (what === 'a failing tick') first.tick(1, 3);
      else first.add(bad, 1);
      const ids = () => new Set([...first.faultEvents(), ...next.faultEvents()].map(({ alarm }) => alarm.alarmId));
      const isTick = what === 'a failing tick';
      const restored = { states, publishedEvents: first.events, position: { observations: 1n, commands: 0n } };
      const next = open({ ...restored, replayTo: isTick ? 1n : 2n }, t0 + 9_000);
      if (!isTick) next.partition.addReading(bad, 1n, t0 + 1_020, reading(1, { HR: 80 }), t0 + 1_020, t0 + 9_000);
      next.tick(9, 11);
      expect(first.faultEvents()).toHaveLength(1);
      expect(ids().size).toBe(1);
      expect(next.faultEvents().filter(({ type }) => type === 'cleared')).toEqual([]);
    },
  );

  it('a takeover of many patients does not stop at the failing patient', () => {
    const first = open();
    first.add(bad, 0, reading(0, { HR: 150 }));
    first.add(good, 0, reading(0, { HR: 150 }));
    const states = first.states(1);
    world.fault = 'profile';
    const next = open({ states, position: { observations: 2n, commands: 0n }, replayTo: 2n }, t0 + 2_000);
    expect([next.partition.isLive(), next.partition.engineCount()]).toEqual([true, 2]);
    expect(next.faultEvents().map(({ type }) => type)).toEqual(['raised']);
    next.partition.applyNewProfiles(t0 + 3_000);
    next.partition.ensureEngine('association-3', t0 + 3_000);
    expect(
      next
        .states(4)
        .map(({ associationId }) => associationId)
        .sort(),
    ).toEqual(['association-3', bad]);
  });

  it.each([
    { state: 'broken in the device', broken: { device: null } },
    { state: 'broken in the limits', broken: { limits: { MDC_ECG_HEART_RATE: null } } },
    {
      state: 'broken in one alarm',
      broken: {
        book: { live: { 'HR.high': { alarm: {}, escalateAt: 1 } }, closed: [], held: [], pause: null, hidden: [] },
      },
    },
    { state: 'broken in the book', broken: { book: { live: {}, closed: null, held: [], pause: null, hidden: [] } } },
    { state: 'without a book', broken: { book: null } },
  ])('a snapshot with a state $state raises the alarm at its bed, and the others are judged', ({ broken }) => {
    const first = open();
    first.add(bad, 0);
    first.add(good, 0);
    const states = first.states(1).map((state) => {
      const { engine } = state as unknown as { engine: { state: object } };
      return state.associationId === bad
        ? { ...state, engine: { ...engine, state: { ...engine.state, ...broken } } }
        : state;
    });
    const next = open({ states, position: { observations: 2n, commands: 0n }, replayTo: 2n }, t0 + 2_000);
    next.add(bad, 3, reading(3, { HR: 150 }));
    next.add(good, 3, reading(3, { HR: 150 }));
    next.tick(3, 5);
    next.partition.flush(t0 + 5_000, 0, 0n);
    expect(
      next
        .of(bad)
        .filter(({ alarm }) => alarm.condition === notJudged)
        .map(({ type }) => type),
    ).toEqual(['raised']);
    expect(next.of(good).map(({ alarm }) => alarm.condition)).toEqual(['HR.extreme-high']);
    expect(next.partition.position().observations).toBe(4n);
  });

  const step = fc.record({
    who: fc.constantFrom(good, 'association-2', bad),
    waitMs: fc.constantFrom(10, 1_000, 1_000, 7_000, 70_000),
    HR: fc.constantFrom(80, 80, 125, 150, null),
    kind: fc.constantFrom('reading', 'reading', 'reading', 'acknowledge', 'tick', 'flush', 'profiles'),
    fault: fc.constantFrom('none' as const, 'profile' as const),
  });

  it('the events of the other patients are equal to their events without the failing patient', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const play = (withBad: boolean) => {
          const bench = open();
          let ms = 0;
          for (const { who, waitMs, HR, kind, fault: next } of steps) {
            ms += waitMs;
            world.fault = withBad ? next : 'none';
            const s = ms / second;
            if (kind === 'tick') bench.partition.tick(t0 + ms);
            else if (kind === 'flush') bench.partition.flush(t0 + ms, 0, 0n);
            else if (kind === 'profiles') bench.partition.applyNewProfiles(t0 + ms);
            else if (who === bad && !withBad) continue;
            else if (kind === 'reading') bench.add(who, s, reading(s, { HR }));
            else bench.command(who, s, { type: 'acknowledge', alarmId: bench.of(who).at(-1)?.alarm.alarmId ?? 'none' });
          }
          return bench;
        };
        const [whole, alone] = [play(true), play(false)];
        for (const key of [good, 'association-2']) expect(whole.of(key)).toEqual(alone.of(key));
        expect(alone.of(bad)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
