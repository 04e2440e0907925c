import { describe, expect, it } from 'vitest';
import type { AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0 } from '../bed.testing.ts';
import type { AssociationInput, CommandInput, ObservationInput } from './core/inputs.ts';
import { adult, key, nothing } from './partition.testing.ts';
import { createPartition, type Restored } from './partition.ts';
import type { Published } from './published.ts';

const nowMs = t0 + 60_000;

function open(restored: Partial<Restored> = {}, at: AssociationInput | undefined = adult, mayJudge = () => true) {
  const events: AlarmEvent[] = [];
  const published: Published[] = [];
  const counters = { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 };
  const partition = createPartition({
    env,
    restored: { ...nothing, ...restored },
    associationAt: () => at,
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
    /** Readings from `from` to `to` at their offsets. */
    read(from: number, to: number, HR: number, now = (one: ObservationInput) => one.receivedAt) {
      for (let s = from; s <= to; s++) {
        const one = reading(s, { HR });
        partition.observation(key, BigInt(s), one.receivedAt, one, one.receivedAt, now(one));
      }
    },
    raised: () => events.filter(({ type }) => type === 'raised').map(({ alarm }) => alarm.condition),
  };
}

/** What every command has. */
const asked = (atMs: number, commandId = 'command-1') =>
  ({ commandId, associationId: key, at: new Date(atMs).toISOString(), by: nurse }) as const;

const setLimits = (s: number, high: number, offset: bigint) => {
  const atMs = t0 + s * 1000;
  const limits = { group: 'HR', limits: { high } } as const;
  const command = { type: 'set-limits', ...asked(atMs, `command-${offset}`), ...limits } as const;
  return { key, offset, atMs, input: { type: 'command', command } satisfies CommandInput };
};
const bodies = (flush: { snapshots: readonly { body: AlarmState | null }[] }) =>
  flush.snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState);

describe('snapshots and positions', () => {
  it('writes what changed, at once where alarms did, and commits only what is written', () => {
    const one = open();
    one.read(0, 2, 80);
    const quiet = one.partition.flush(t0 + 3_000, 20_000, 0n);
    expect(quiet.snapshots).toEqual([]);
    expect(quiet.position).toEqual({ observations: 0n, commands: 0n });
    one.read(3, 3, 150);
    const urgent = one.partition.flush(t0 + 4_000, 20_000, 0n);
    expect(bodies(urgent)).toMatchObject([
      { associationId: key, offsets: { observations: '4' }, live: [{ condition: 'HR.extreme-high' }] },
    ]);
    expect(urgent.position.observations).toBe(4n);
    expect(one.partition.flush(t0 + 5_000, 20_000, 0n).snapshots).toEqual([]);
  });

  it('writes what only reads on after half of the quiet time at the earliest, and after all of it at the latest', () => {
    const early = open();
    early.read(0, 2, 80);
    expect(early.partition.flush(t0 + 9_999, 20_000, 0n).snapshots).toHaveLength(0);
    expect(early.partition.flush(t0 + 20_020, 20_000, 0n).snapshots).toHaveLength(1);
  });

  it('of many that only read on from one second it writes a few at a time', () => {
    const { partition } = open();
    for (let n = 0; n < 500; n += 1) {
      const one = reading(0, { HR: 80 });
      partition.observation(`${key}-${n}`, BigInt(n), one.receivedAt, one, one.receivedAt, t0);
    }
    const rounds = [10, 12, 14, 16, 18, 20].map((s) => partition.flush(t0 + s * 1000, 20_000, 0n).snapshots.length);
    expect(rounds.reduce((sum, n) => sum + n, 0)).toBe(500);
    expect(Math.max(...rounds)).toBeLessThan(200);
  });

  it('undone, it is as if it had not been', () => {
    const one = open();
    one.read(0, 2, 150);
    const first = one.partition.flush(t0 + 3_000, 20_000, 0n);
    one.read(3, 5, 150);
    first.undo();
    const again = one.partition.flush(t0 + 6_000, 20_000, 0n);
    expect(bodies(again)).toMatchObject([{ offsets: { observations: '6' } }]);
  });

  it('a record that is left out is passed', () => {
    const one = open();
    one.partition.passed('observations', 0n, t0);
    one.partition.passed('commands', 0n, t0);
    expect(one.partition.position()).toEqual({ observations: 1n, commands: 1n });
  });

  it('the past is replayed also where nothing but damage lies at its end, and silence is judged', () => {
    const one = open({ replayTo: 2n });
    one.read(0, 0, 80);
    expect(one.partition.isLive()).toBe(false);
    one.partition.passed('observations', 1n, t0);
    expect(one.partition.isLive()).toBe(true);
    one.partition.tick(t0 + 60_000);
    expect(one.events.map(({ alarm }) => alarm.kind)).toContain('technical');
  });

  it('written while the past is replayed, it says that the events which were found are still to be compared', () => {
    const first = open();
    first.read(0, 0, 150);
    const before = first.partition.flush(t0 + 1_000, 0, 0n);
    // Two readings are still to be replayed when it is written down again.
    const again = open({ states: bodies(before), told: first.events, toldFrom: 7n, replayTo: 3n });
    again.read(0, 1, 150);
    const toldOf = (at: number) =>
      bodies(again.partition.flush(at, 0, 9n)).map(({ engine }) => (engine as { told: string }).told);
    expect(toldOf(t0 + 2_000)).toEqual(['7']);
    again.read(2, 2, 80);
    expect(again.partition.isLive()).toBe(true);
    again.read(3, 3, 80);
    expect(toldOf(t0 + 4_000)).toEqual(['9']);
  });

  it('forgets an ended association that has long been idle, with a tombstone', () => {
    const one = open({}, { ...adult, endedAt: t0 });
    one.read(0, 0, 80);
    one.partition.flush(t0 + 1_000, 0, 0n);
    const dayMs = 24 * 3_600_000;
    expect(one.partition.flush(t0 + dayMs - 1_000, 0, 0n).snapshots).toEqual([]);
    expect(one.partition.flush(t0 + dayMs + 1_000, 0, 0n).snapshots).toEqual([{ associationId: key, body: null }]);
  });
});

describe('taken up from a snapshot', () => {
  it('skips what the state includes, and tells the same as had been told', () => {
    const whole = open();
    whole.read(0, 3, 130);
    const states = bodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    whole.read(4, 8, 130);
    // The group had committed less than the snapshot includes.
    const next = open({ states, position: { observations: 2n, commands: 0n }, replayTo: 9n, told: whole.events });
    expect(next.partition.isLive()).toBe(false);
    next.read(2, 8, 130, () => nowMs);
    expect([next.partition.isLive(), next.counters.skipped, next.counters.restored]).toEqual([true, 2, 1]);
    const told = ({ type, alarm }: AlarmEvent) => `${type} ${alarm.alarmId} ${alarm.rev} ${alarm.raisedAt}`;
    const physiological = (events: AlarmEvent[]) =>
      events.filter(({ alarm }) => alarm.kind === 'physiological').map(told);
    expect(physiological(next.events)).toEqual(physiological(whole.events));
  });

  describe('while silence may not be judged, as after an outage of Kafka', () => {
    let may = false;
    function afterOutage(told: AlarmEvent[] = [], HR = 80) {
      may = false;
      const before = open();
      before.read(0, 3, HR);
      const states = bodies(before.partition.flush(t0 + 4_000, 0, 0n));
      const restored = { states, told, position: { observations: 4n, commands: 0n }, replayTo: 4n };
      return open(restored, adult, () => may);
    }

    it('calls no device silent whose readings are still to come', () => {
      const after = afterOutage();
      after.read(4, 12, 80, () => nowMs);
      expect([after.partition.isLive(), after.events]).toEqual([false, []]);
      may = true;
      after.read(60, 60, 80);
      expect([after.partition.isLive(), after.raised()]).toEqual([true, []]);
    });

    it('raises what its readings break, and answers commands', () => {
      const after = afterOutage();
      after.read(4, 5, 150);
      expect(after.raised()).toEqual(['HR.extreme-high']);
      const { key: of, offset, atMs, input } = setLimits(5, 160, 0n);
      after.partition.command(of, offset, atMs, input, atMs);
      expect(after.published).toMatchObject([{ type: 'command-answer' }]);
      expect(after.partition.isLive()).toBe(false);
    });

    it('publishes the limits that a command has changed, before an alarm by them', () => {
      const after = afterOutage();
      const { key: of, offset, atMs, input } = setLimits(5, 100, 0n);
      after.partition.command(of, offset, atMs, input, atMs);
      after.read(6, 20, 110);
      expect(after.raised()).toEqual(['HR.high']);
      const limits = after.published.flatMap((one) => (one.type === 'limits-in-force' ? one.body.groups : []));
      expect(limits.findLast(({ group }) => group === 'HR')).toMatchObject({ limits: { high: 100 } });
    });

    it('calls a device silent that stays silent, once it may', () => {
      const after = afterOutage();
      may = true;
      after.partition.tick(nowMs);
      expect([after.partition.isLive(), after.raised()]).toEqual([true, ['no-data']]);
    });

    it('takes the acknowledgement of a silence that had been told before its snapshot was written', () => {
      const before = open();
      before.read(0, 3, 80);
      before.partition.tick(nowMs);
      const { alarm } = before.events[0]!;
      const after = afterOutage(before.events);
      const command = {
        type: 'acknowledge',
        ...asked(nowMs + 500),
        alarmId: alarm.alarmId,
        rev: alarm.rev,
      } as const;
      after.partition.command(key, 0n, nowMs + 500, { type: 'command', command }, nowMs + 600);
      may = true;
      after.partition.tick(nowMs + 1_000);
      const answers = after.published.filter(({ type }) => type === 'command-answer');
      expect(answers).toMatchObject([{ body: { accepted: true } }]);
      expect(after.events.at(-1)).toMatchObject({ alarm: { condition: 'no-data', acknowledgedBy: nurse } });
    });

    it('ends no silence that had been told: it goes on under its name', () => {
      const before = open();
      before.read(0, 3, 80);
      before.partition.tick(nowMs);
      expect(before.raised()).toEqual(['no-data']);
      const after = afterOutage(before.events);
      expect(after.events).toEqual([]);
      may = true;
      after.partition.tick(nowMs);
      expect(after.events.map(({ type }) => type)).toEqual(['raised']);
      expect(after.events[0]?.alarm.alarmId).toBe(before.events[0]?.alarm.alarmId);
    });
  });

  it('does not claim to judge at an offset that a state has behind it: of a log that was made anew it would skip the readings', () => {
    const whole = open();
    whole.read(0, 3, 130);
    expect([whole.partition.judges(0n), whole.partition.judges(4n)]).toEqual([true, true]);
    const states = bodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    const next = open({ states, position: { observations: 0n, commands: 0n }, replayTo: 0n });
    expect([next.partition.judges(3n), next.partition.judges(4n)]).toEqual([false, true]);
    const replaying = open({ states, position: { observations: 2n, commands: 0n }, replayTo: 6n });
    expect(replaying.partition.judges(5n)).toBe(false);
  });

  it('gives commands where they were in the stream of readings', () => {
    const live = open();
    live.read(0, 3, 130);
    const { key: of, offset, atMs, input } = setLimits(3.5, 135, 0n);
    live.partition.command(of, offset, atMs, input, atMs);
    live.read(4, 12, 130);
    expect(live.raised()).toEqual([]);
    const again = open({ commands: [setLimits(3.5, 135, 0n)], replayTo: 13n });
    again.read(0, 12, 130, () => nowMs);
    expect(again.raised().filter((condition) => condition === 'HR.high')).toEqual([]);
    expect(again.partition.position().commands).toBe(1n);
    const later = open({ commands: [setLimits(7.5, 135, 0n)], replayTo: 13n });
    later.read(0, 12, 130, () => nowMs);
    expect(later.raised()).toContain('HR.high');
  });

  it('gives commands that no reading follows, and new ones that come while it replays, in their order', () => {
    const one = open({
      commands: [setLimits(100, 135, 3n)],
      position: { observations: 0n, commands: 3n },
      replayTo: 2n,
    });
    const { key: of, offset, atMs, input } = setLimits(200, 137, 4n);
    one.partition.command(of, offset, atMs, input, nowMs);
    expect(one.partition.position().commands).toBe(3n);
    one.read(0, 1, 80, () => nowMs);
    expect(one.partition.position().commands).toBe(5n);
    const [state] = bodies(one.partition.flush(nowMs, 0, 0n));
    expect((state!.engine as { state: { overrides: unknown } }).state.overrides).toEqual({ HR: { high: 137 } });
  });

  it('a period that ended meanwhile ends after its last readings, not before', () => {
    const whole = open();
    whole.read(0, 2, 150);
    const states = bodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = open(
      { states, position: { observations: 3n, commands: 0n }, replayTo: 6n },
      { ...adult, endedAt: t0 + 5_500 },
    );
    next.read(3, 4, 150, () => nowMs);
    expect(next.partition.liveAlarms()).toBe(1);
    next.read(5, 5, 150, () => nowMs);
    expect(next.partition.liveAlarms()).toBe(0);
    expect(next.events.at(-1)).toMatchObject({
      type: 'cleared',
      alarm: { resolvedAt: new Date(t0 + 5_500).toISOString() },
    });
  });

  it('starts from nothing where a snapshot is of a version that it does not know', () => {
    const whole = open();
    whole.read(0, 2, 150);
    const [state] = bodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = open({ states: [{ ...state!, engine: { v: 2 } }], replayTo: 0n });
    expect(next.partition.engines()).toBe(0);
  });

  it('notices silence only once it has read to the end', () => {
    const whole = open();
    whole.read(0, 2, 80);
    const states = bodies(whole.partition.flush(t0 + 3_000, 0, 0n));
    const next = open({ states, position: { observations: 3n, commands: 0n }, replayTo: 4n });
    next.partition.tick(nowMs);
    expect(next.raised()).toEqual([]);
    next.read(3, 3, 80, () => nowMs);
    expect(next.raised()).toEqual(['no-data']);
  });
});

describe('taken over with more in the log than there was at the take-over', () => {
  function behind() {
    const whole = open();
    whole.read(0, 3, 80);
    const states = bodies(whole.partition.flush(t0 + 4_000, 0, 0n));
    return open({ states, position: { observations: 4n, commands: 0n }, replayTo: 6n });
  }

  it('calls no device silent: what came while the past was replayed is still to be read', () => {
    const one = behind();
    one.partition.holds(61n);
    one.read(4, 59, 80, () => nowMs);
    expect([one.partition.isLive(), one.raised()]).toEqual([false, []]);
    one.read(60, 60, 80, () => nowMs);
    expect([one.partition.isLive(), one.raised()]).toEqual([true, []]);
  });

  it('is live at the end that a log which was made anew has now', () => {
    const one = behind();
    one.partition.holds(1_000n);
    one.read(4, 4, 80);
    one.partition.holds(6n);
    one.read(5, 5, 80);
    expect(one.partition.isLive()).toBe(true);
  });
});

describe('a patient whose device never sends', () => {
  it('has an alarm', () => {
    const one = open({}, { ...adult, deviceId: 'bed-01', from: t0 });
    one.partition.expect(key, t0 + 1_000);
    one.partition.tick(t0 + 60_000);
    expect(one.raised()).toEqual([]);
    one.partition.tick(t0 + 61_000);
    expect(one.raised()).toEqual(['no-data']);
  });
});

describe('a start after the machine’s clock was set back', () => {
  const minuteMs = 60_000;
  /** Judges 5 s of a patient, then starts again by a clock that shows `backMs` less. */
  function startAgain(backMs: number, HR: number) {
    const before = open();
    before.read(0, 5, HR);
    const states = bodies(before.partition.flush(t0 + 5_100, 0, 0n));
    const events: AlarmEvent[] = [];
    const nowMs = t0 + 5_100 - backMs;
    const partition = createPartition({
      env,
      restored: { ...nothing, states, position: { observations: 6n, commands: 0n }, replayTo: 6n },
      associationAt: () => adult,
      emit: (event) => events.push(event),
      publish: () => {},
      counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
      mayJudge: () => true,
      nowMs,
    });
    return { partition, events, nowMs };
  }
  const tellsOf = (events: AlarmEvent[], condition: string, type = 'raised') =>
    events.some((event) => event.type === type && event.alarm.condition === condition);

  it.each([10_000, 10 * minuteMs, 14_400 * minuteMs])(
    'notices silence in the usual time, set back by %i ms',
    (backMs) => {
      const { partition, events, nowMs } = startAgain(backMs, 80);
      partition.tick(nowMs + 4_000);
      expect(tellsOf(events, 'no-data')).toBe(false);
      partition.tick(nowMs + 5_001);
      expect(tellsOf(events, 'no-data')).toBe(true);
    },
  );

  it('escalates an alarm that nobody answers in the usual time', () => {
    const { partition, events, nowMs } = startAgain(10 * minuteMs, 150);
    partition.tick(nowMs + minuteMs + 1);
    expect(tellsOf(events, 'HR.extreme-high', 'escalated')).toBe(true);
  });

  it.each([false, true])(
    'tells the screens that an alarm sounds again whose pause cannot be right: events lost %s',
    (lost) => {
      const before = open();
      before.read(0, 5, 150);
      const pause = {
        type: 'pause-audio',
        ...asked(t0 + 5_050),
        forMs: 120_000,
      } as const;
      before.partition.command(key, 0n, t0 + 5_050, { type: 'command', command: pause }, t0 + 5_050);
      expect(before.events.at(-1)?.alarm.audioPausedUntil).toBeDefined();
      const states = bodies(before.partition.flush(t0 + 5_100, 0, 0n));
      const events: AlarmEvent[] = [];
      const told = lost ? [] : before.events;
      createPartition({
        env,
        restored: { ...nothing, states, told, position: { observations: 6n, commands: 1n }, replayTo: 6n },
        associationAt: () => adult,
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

  it('takes what was stamped before the step for no later than now', () => {
    const { partition, events, nowMs } = startAgain(10 * minuteMs, 80);
    const gone = {
      type: 'connection',
      deviceId: 'bed-01',
      receivedAt: t0 + 5_200,
      connected: false,
      reason: 'keep-alive',
    } as const;
    partition.observation(key, 6n, t0 + 5_200, gone, gone.receivedAt, nowMs + 100);
    expect(tellsOf(events, 'disconnected')).toBe(true);
    const again = reading(6, { HR: 80 }, { receivedAt: nowMs + 1_000 });
    partition.observation(key, 7n, again.receivedAt, again, again.receivedAt, nowMs + 1_000);
    expect(tellsOf(events, 'disconnected', 'resolved')).toBe(true);
  });
});
