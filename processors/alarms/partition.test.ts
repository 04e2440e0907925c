import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../contracts/durations.ts';
import type { AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0 } from '../bed.testing.ts';
import type { AssociationInput, CommandInput, ObservationInput } from './core/inputs.ts';
import { adult, emptyRestored, key } from './partition.testing.ts';
import { createPartition } from './partition.ts';
import type { Restored } from './partition-state.ts';
import type { ScreenRecord } from './screen-record.ts';

const nowMs = t0 + 60_000;

function openBench(restored: Partial<Restored> = {}, at: AssociationInput | undefined = adult, mayJudge = () => true) {
  const events: AlarmEvent[] = [];
  const published: ScreenRecord[] = [];
  const counters = { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 };
  const partition = createPartition({
    env,
    restored: { ...emptyRestored, ...restored },
    findAssociation: () => at,
    emit: (event) => events.push(event),
    publish: (record) => published.push(record),
    counters,
    mayJudge,
    nowMs,
  });
  return {
    partition,
    events,
    published,
    counters,
    /** Adds a reading for each second from `from` to `to`. The offset of a reading is its second. */
    read(from: number, to: number, HR: number, now = (input: ObservationInput) => input.receivedAt) {
      for (let s = from; s <= to; s++) {
        const input = reading(s, { HR });
        partition.addReading(key, BigInt(s), input.receivedAt, input, input.receivedAt, now(input));
      }
    },
    raised: () => events.filter(({ type }) => type === 'raised').map(({ alarm }) => alarm.condition),
  };
}

/** Returns the fields that every command has. */
const commandFields = (atMs: number, commandId = 'command-1') =>
  ({ commandId, associationId: key, at: new Date(atMs).toISOString(), by: nurse }) as const;

const setLimits = (s: number, high: number, offset: bigint) => {
  const atMs = t0 + s * 1000;
  const limits = { group: 'HR', limits: { high } } as const;
  const command = { type: 'set-limits', ...commandFields(atMs, `command-${offset}`), ...limits } as const;
  return { key, offset, atMs, input: { type: 'command', command } satisfies CommandInput };
};
/** Returns the snapshots of a flush as they are read again from Kafka. */
const snapshotBodies = (flush: { snapshots: readonly { body: AlarmState | null }[] }) =>
  flush.snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState);

describe('flush', () => {
  it('flush() returns a snapshot immediately if an alarm changed, and commits no reading that no snapshot includes', () => {
    const bench = openBench();
    bench.read(0, 2, 80);
    const quiet = bench.partition.flush(t0 + 3_000, 20_000, 0n);
    expect(quiet.snapshots).toEqual([]);
    expect(quiet.position).toEqual({ observations: 0n, commands: 0n });
    bench.read(3, 3, 150);
    const urgent = bench.partition.flush(t0 + 4_000, 20_000, 0n);
    expect(snapshotBodies(urgent)).toMatchObject([
      { associationId: key, offsets: { observations: '4' }, live: [{ condition: 'HR.extreme-high' }] },
    ]);
    expect(urgent.position.observations).toBe(4n);
    expect(bench.partition.flush(t0 + 5_000, 20_000, 0n).snapshots).toEqual([]);
  });

  it('if an association got only readings, its snapshot comes between half of the quiet time and its end', () => {
    const bench = openBench();
    bench.read(0, 2, 80);
    expect(bench.partition.flush(t0 + 9_999, 20_000, 0n).snapshots).toHaveLength(0);
    expect(bench.partition.flush(t0 + 20_020, 20_000, 0n).snapshots).toHaveLength(1);
  });

  it('the snapshots of 500 associations that got a reading in the same second come in several rounds', () => {
    const { partition } = openBench();
    for (let n = 0; n < 500; n += 1) {
      const input = reading(0, { HR: 80 });
      partition.addReading(`${key}-${n}`, BigInt(n), input.receivedAt, input, input.receivedAt, t0);
    }
    const rounds = [10, 12, 14, 16, 18, 20].map((s) => partition.flush(t0 + s * 1000, 20_000, 0n).snapshots.length);
    expect(rounds.reduce((sum, n) => sum + n, 0)).toBe(500);
    expect(Math.max(...rounds)).toBeLessThan(200);
  });

  it('flush() returns a snapshot again after undo() was called', () => {
    const bench = openBench();
    bench.read(0, 2, 150);
    const first = bench.partition.flush(t0 + 3_000, 20_000, 0n);
    bench.read(3, 5, 150);
    first.undo();
    const again = bench.partition.flush(t0 + 6_000, 20_000, 0n);
    expect(snapshotBodies(again)).toMatchObject([{ offsets: { observations: '6' } }]);
  });

  it('a snapshot that is made during the replay leaves the restored events to the next owner', () => {
    const first = openBench();
    first.read(0, 0, 150);
    const before = first.partition.flush(t0 + 1_000, 0, 0n);
    // The replay ends with the reading of second 2.
    const again = openBench({
      states: snapshotBodies(before),
      publishedEvents: first.events,
      publishedFrom: 7n,
      replayTo: 3n,
    });
    again.read(0, 1, 150);
    const toldOf = (at: number) =>
      snapshotBodies(again.partition.flush(at, 0, 9n)).map(({ engine }) => (engine as { told: string }).told);
    expect(toldOf(t0 + 2_000)).toEqual(['7']);
    again.read(2, 2, 80);
    expect(again.partition.isLive()).toBe(true);
    again.read(3, 3, 80);
    expect(toldOf(t0 + 4_000)).toEqual(['9']);
  });

  it('flush() returns a tombstone for an ended association that has been idle for a day', () => {
    const bench = openBench({}, { ...adult, endedAt: t0 });
    bench.read(0, 0, 80);
    bench.partition.flush(t0 + 1_000, 0, 0n);
    expect(bench.partition.flush(t0 + dayMs - 1_000, 0, 0n).snapshots).toEqual([]);
    expect(bench.partition.flush(t0 + dayMs + 1_000, 0, 0n).snapshots).toEqual([{ associationId: key, body: null }]);
  });
});

describe('skip', () => {
  it('skip() moves the position to the offset after a record that no engine gets', () => {
    const bench = openBench();
    bench.partition.skip('observations', 0n, t0);
    bench.partition.skip('commands', 0n, t0);
    expect(bench.partition.position()).toEqual({ observations: 1n, commands: 1n });
  });

  it('skip() ends the replay if the last record of the log is damaged, so that silence is judged', () => {
    const bench = openBench({ replayTo: 2n });
    bench.read(0, 0, 80);
    expect(bench.partition.isLive()).toBe(false);
    bench.partition.skip('observations', 1n, t0);
    expect(bench.partition.isLive()).toBe(true);
    bench.partition.tick(t0 + 60_000);
    expect(bench.events.map(({ alarm }) => alarm.kind)).toContain('technical');
  });
});

describe('a partition restored from a snapshot', () => {
  it('a restored partition skips readings that the state includes, and publishes the same events as before', () => {
    const whole = openBench();
    whole.read(0, 3, 130);
    const states = snapshotBodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    whole.read(4, 8, 130);
    // The group had committed less than the snapshot includes.
    const next = openBench({
      states,
      position: { observations: 2n, commands: 0n },
      replayTo: 9n,
      publishedEvents: whole.events,
    });
    expect(next.partition.isLive()).toBe(false);
    next.read(2, 8, 130, () => nowMs);
    expect([next.partition.isLive(), next.counters.skipped, next.counters.restored]).toEqual([true, 2, 1]);
    const textOf = ({ type, alarm }: AlarmEvent) => `${type} ${alarm.alarmId} ${alarm.rev} ${alarm.raisedAt}`;
    const physiological = (events: AlarmEvent[]) =>
      events.filter(({ alarm }) => alarm.kind === 'physiological').map(textOf);
    expect(physiological(next.events)).toEqual(physiological(whole.events));
  });

  describe('after an outage of Kafka, until silence may be judged', () => {
    let mayJudge = false;
    function openBenchAfterOutage(publishedEvents: AlarmEvent[] = [], HR = 80) {
      mayJudge = false;
      const before = openBench();
      before.read(0, 3, HR);
      const states = snapshotBodies(before.partition.flush(t0 + 4_000, 0, 0n));
      const restored = { states, publishedEvents, position: { observations: 4n, commands: 0n }, replayTo: 4n };
      return openBench(restored, adult, () => mayJudge);
    }

    it('a device whose readings are still to be read gets no silence alarm', () => {
      const after = openBenchAfterOutage();
      after.read(4, 12, 80, () => nowMs);
      expect([after.partition.isLive(), after.events]).toEqual([false, []]);
      mayJudge = true;
      after.read(60, 60, 80);
      expect([after.partition.isLive(), after.raised()]).toEqual([true, []]);
    });

    it('before silence may be judged, the partition raises alarms for values beyond a limit, and answers commands', () => {
      const after = openBenchAfterOutage();
      after.read(4, 5, 150);
      expect(after.raised()).toEqual(['HR.extreme-high']);
      const { offset, atMs, input } = setLimits(5, 160, 0n);
      after.partition.addCommand(key, offset, atMs, input, atMs);
      expect(after.published).toMatchObject([{ type: 'command-answer' }]);
      expect(after.partition.isLive()).toBe(false);
    });

    it('before silence may be judged, the partition publishes limits that a command changed, and judges by them', () => {
      const after = openBenchAfterOutage();
      const { offset, atMs, input } = setLimits(5, 100, 0n);
      after.partition.addCommand(key, offset, atMs, input, atMs);
      after.read(6, 20, 110);
      expect(after.raised()).toEqual(['HR.high']);
      const limits = after.published.flatMap(({ type, body }) => (type === 'limits-in-force' ? body.groups : []));
      expect(limits.findLast(({ group }) => group === 'HR')).toMatchObject({ limits: { high: 100 } });
    });

    it('a device that stays silent gets an alarm as soon as silence may be judged', () => {
      const after = openBenchAfterOutage();
      mayJudge = true;
      after.partition.tick(nowMs);
      expect([after.partition.isLive(), after.raised()]).toEqual([true, ['no-data']]);
    });

    it('the partition accepts the acknowledgement of a silence alarm that was published but is in no snapshot', () => {
      const before = openBench();
      before.read(0, 3, 80);
      before.partition.tick(nowMs);
      const { alarm } = before.events[0]!;
      const after = openBenchAfterOutage(before.events);
      const command = {
        type: 'acknowledge',
        ...commandFields(nowMs + 500),
        alarmId: alarm.alarmId,
        rev: alarm.rev,
      } as const;
      after.partition.addCommand(key, 0n, nowMs + 500, { type: 'command', command }, nowMs + 600);
      mayJudge = true;
      after.partition.tick(nowMs + 1_000);
      const answers = after.published.filter(({ type }) => type === 'command-answer');
      expect(answers).toMatchObject([{ body: { accepted: true } }]);
      expect(after.events.at(-1)).toMatchObject({ alarm: { condition: 'no-data', acknowledgedBy: nurse } });
    });

    it('a published silence alarm that is in no snapshot continues with the same alarm id', () => {
      const before = openBench();
      before.read(0, 3, 80);
      before.partition.tick(nowMs);
      expect(before.raised()).toEqual(['no-data']);
      const after = openBenchAfterOutage(before.events);
      expect(after.events).toEqual([]);
      mayJudge = true;
      after.partition.tick(nowMs);
      expect(after.events.map(({ type }) => type)).toEqual(['raised']);
      expect(after.events[0]?.alarm.alarmId).toBe(before.events[0]?.alarm.alarmId);
    });
  });

  it('judgesAt is false for an offset that a state includes, because a reading there would be skipped', () => {
    const whole = openBench();
    whole.read(0, 3, 130);
    expect([whole.partition.judgesAt(0n), whole.partition.judgesAt(4n)]).toEqual([true, true]);
    const states = snapshotBodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    const next = openBench({ states, position: { observations: 0n, commands: 0n }, replayTo: 0n });
    expect([next.partition.judgesAt(3n), next.partition.judgesAt(4n)]).toEqual([false, true]);
    const replaying = openBench({ states, position: { observations: 2n, commands: 0n }, replayTo: 6n });
    expect(replaying.partition.judgesAt(5n)).toBe(false);
  });

  it('in a replay, the engine gets each command at its former place among the readings', () => {
    const live = openBench();
    live.read(0, 3, 130);
    const { offset, atMs, input } = setLimits(3.5, 135, 0n);
    live.partition.addCommand(key, offset, atMs, input, atMs);
    live.read(4, 12, 130);
    expect(live.raised()).toEqual([]);
    const again = openBench({ commands: [setLimits(3.5, 135, 0n)], replayTo: 13n });
    again.read(0, 12, 130, () => nowMs);
    expect(again.raised().filter((condition) => condition === 'HR.high')).toEqual([]);
    expect(again.partition.position().commands).toBe(1n);
    const later = openBench({ commands: [setLimits(7.5, 135, 0n)], replayTo: 13n });
    later.read(0, 12, 130, () => nowMs);
    expect(later.raised()).toContain('HR.high');
  });

  it('in a replay, the engine gets the commands after the last reading and new commands only at the end, in order', () => {
    const bench = openBench({
      commands: [setLimits(100, 135, 3n)],
      position: { observations: 0n, commands: 3n },
      replayTo: 2n,
    });
    const { offset, atMs, input } = setLimits(200, 137, 4n);
    bench.partition.addCommand(key, offset, atMs, input, nowMs);
    expect(bench.partition.position().commands).toBe(3n);
    bench.read(0, 1, 80, () => nowMs);
    expect(bench.partition.position().commands).toBe(5n);
    const [state] = snapshotBodies(bench.partition.flush(nowMs, 0, 0n));
    expect((state!.engine as { state: { overrides: unknown } }).state.overrides).toEqual({ HR: { high: 137 } });
  });

  it('if a period ended while no processor ran, the period ends in the engine only after its last readings', () => {
    const whole = openBench();
    whole.read(0, 2, 150);
    const states = snapshotBodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = openBench(
      { states, position: { observations: 3n, commands: 0n }, replayTo: 6n },
      { ...adult, endedAt: t0 + 5_500 },
    );
    next.read(3, 4, 150, () => nowMs);
    expect(next.partition.liveAlarmCount()).toBe(1);
    next.read(5, 5, 150, () => nowMs);
    expect(next.partition.liveAlarmCount()).toBe(0);
    expect(next.events.at(-1)).toMatchObject({
      type: 'cleared',
      alarm: { resolvedAt: new Date(t0 + 5_500).toISOString() },
    });
  });

  it('a snapshot of an unknown version gives an empty engine (engine-failure-ends.test.ts)', () => {
    const whole = openBench();
    whole.read(0, 2, 150);
    const [state] = snapshotBodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = openBench({ states: [{ ...state!, engine: { v: 2 } }], replayTo: 0n });
    expect(next.partition.engineCount()).toBe(1);
  });

  it('no silence alarm is raised before all readings of the replay are read', () => {
    const whole = openBench();
    whole.read(0, 2, 80);
    const states = snapshotBodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = openBench({ states, position: { observations: 3n, commands: 0n }, replayTo: 4n });
    next.partition.tick(nowMs);
    expect(next.raised()).toEqual([]);
    next.read(3, 3, 80, () => nowMs);
    expect(next.raised()).toEqual(['no-data']);
  });
});

describe('a partition whose log has grown since the takeover', () => {
  function openBenchBehind() {
    const whole = openBench();
    whole.read(0, 3, 80);
    const states = snapshotBodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    return openBench({ states, position: { observations: 4n, commands: 0n }, replayTo: 6n });
  }

  it('a partition becomes live only after the readings that came during the replay, so that no device counts as silent', () => {
    const bench = openBenchBehind();
    bench.partition.setLogEnd(61n);
    bench.read(4, 59, 80, () => nowMs);
    expect([bench.partition.isLive(), bench.raised()]).toEqual([false, []]);
    bench.read(60, 60, 80, () => nowMs);
    expect([bench.partition.isLive(), bench.raised()]).toEqual([true, []]);
  });

  it('a partition becomes live at the present end of the log if the log was recreated and is shorter than before', () => {
    const bench = openBenchBehind();
    bench.partition.setLogEnd(1_000n);
    bench.read(4, 4, 80);
    bench.partition.setLogEnd(6n);
    bench.read(5, 5, 80);
    expect(bench.partition.isLive()).toBe(true);
  });
});

describe('ensureEngine', () => {
  it('a patient whose device never sends gets a silence alarm', () => {
    const bench = openBench({}, { ...adult, deviceId: 'bed-01', from: t0 });
    bench.partition.ensureEngine(key, t0 + 1_000);
    bench.partition.tick(t0 + 60_000);
    expect(bench.raised()).toEqual([]);
    bench.partition.tick(t0 + 61_000);
    expect(bench.raised()).toEqual(['no-data']);
  });
});

describe('a restart after the machine’s clock was set back', () => {
  /** Judges readings of 5 s, and then restarts with a clock that was set back by `backMs`. */
  function restartWithClockSetBack(backMs: number, HR: number) {
    const before = openBench();
    before.read(0, 5, HR);
    const states = snapshotBodies(before.partition.flush(t0 + 5_100, 0, 0n));
    const events: AlarmEvent[] = [];
    const nowMs = t0 + 5_100 - backMs;
    const partition = createPartition({
      env,
      restored: { ...emptyRestored, states, position: { observations: 6n, commands: 0n }, replayTo: 6n },
      findAssociation: () => adult,
      emit: (event) => events.push(event),
      publish: () => {},
      counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
      mayJudge: () => true,
      nowMs,
    });
    return { partition, events, nowMs };
  }
  const hasEvent = (events: AlarmEvent[], condition: string, type = 'raised') =>
    events.some((event) => event.type === type && event.alarm.condition === condition);

  it.each([10_000, 10 * minuteMs, 14_400 * minuteMs])(
    'a silence alarm comes in the usual time if the clock was set back by %i ms',
    (backMs) => {
      const { partition, events, nowMs } = restartWithClockSetBack(backMs, 80);
      partition.tick(nowMs + 4_000);
      expect(hasEvent(events, 'no-data')).toBe(false);
      partition.tick(nowMs + 5_001);
      expect(hasEvent(events, 'no-data')).toBe(true);
    },
  );

  it('an alarm that nobody acknowledges escalates in the usual time after the clock was set back', () => {
    const { partition, events, nowMs } = restartWithClockSetBack(10 * minuteMs, 150);
    partition.tick(nowMs + minuteMs + 1);
    expect(hasEvent(events, 'HR.extreme-high', 'escalated')).toBe(true);
  });

  it.each([false, true])(
    'an audio pause with an impossible end is removed, and the screens get the alarm without it (events lost: %s)',
    (areEventsLost) => {
      const before = openBench();
      before.read(0, 5, 150);
      const pause = {
        type: 'pause-audio',
        ...commandFields(t0 + 5_050),
        forMs: 120_000,
      } as const;
      before.partition.addCommand(key, 0n, t0 + 5_050, { type: 'command', command: pause }, t0 + 5_050);
      expect(before.events.at(-1)?.alarm.audioPausedUntil).toBeDefined();
      const states = snapshotBodies(before.partition.flush(t0 + 5_100, 0, 0n));
      const events: AlarmEvent[] = [];
      const publishedEvents = areEventsLost ? [] : before.events;
      const position = { observations: 6n, commands: 1n };
      createPartition({
        env,
        restored: { ...emptyRestored, states, publishedEvents, position, replayTo: 6n },
        findAssociation: () => adult,
        emit: (event) => events.push(event),
        publish: () => {},
        counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
        mayJudge: () => true,
        nowMs: t0 - 10 * minuteMs,
      });
      const { rev } = before.events.at(-1)!.alarm;
      expect(events).toMatchObject([{ type: 'updated', alarm: { condition: 'HR.extreme-high', rev: rev + 1 } }]);
      expect(events[0]?.alarm.audioPausedUntil).toBeUndefined();
    },
  );

  it('a receive time in the future, because the clock was set back, counts as now', () => {
    const { partition, events, nowMs } = restartWithClockSetBack(10 * minuteMs, 80);
    const disconnection = {
      type: 'connection',
      deviceId: 'bed-01',
      receivedAt: t0 + 5_200,
      connected: false,
      reason: 'keep-alive',
    } as const;
    partition.addReading(key, 6n, t0 + 5_200, disconnection, disconnection.receivedAt, nowMs + 100);
    expect(hasEvent(events, 'disconnected')).toBe(true);
    const again = reading(6, { HR: 80 }, { receivedAt: nowMs + 1_000 });
    partition.addReading(key, 7n, again.receivedAt, again, again.receivedAt, nowMs + 1_000);
    expect(hasEvent(events, 'disconnected', 'resolved')).toBe(true);
  });
});
