/**
 * Restarts after a failure of the engine's own code. The next owner must get all that the failed owner could not
 * handle, so that the screens show no alarm as it was long ago.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmEvent, AlarmState, Command, CommandAnswer } from '../../contracts/messages/alarms.ts';
import { nurse, reading, t0 } from '../bed.testing.ts';
import { bad, good, open, resetWorld, second } from './engine-failure.testing.ts';
import type { PendingCommand } from './partition-state.ts';

beforeEach(resetWorld);

const at = (s: number) => t0 + s * second;
const acknowledgement = (alarmId: string, s: number): Command => ({
  ...{ commandId: `acknowledge-${s}`, associationId: bad, at: new Date(at(s)).toISOString(), by: nurse },
  ...{ type: 'acknowledge', alarmId },
});

/** Returns an event whose alarm cannot be read by `realign` while `isBroken` returns true. */
function brokenFor(isBroken: () => boolean, event: AlarmEvent): AlarmEvent {
  return {
    ...event,
    get alarm() {
      if (isBroken() && new Error().stack!.includes('realign')) throw new Error('broken event');
      return event.alarm;
    },
  };
}

const tellsBefore = ({ engine }: AlarmState) => Number((engine as { told: string }).told);

/**
 * The first owner escalates an alarm, and then reads its acknowledgement. In the replay, the acknowledgement comes
 * first, so the state is one revision behind the screens. The owner that replays cannot compare the state with the
 * events.
 */
function escalatedAlarm() {
  const first = open();
  first.add(bad, 0, reading(0, { HR: 150 }));
  const states = first.states(1);
  first.tick(1, 70);
  const { alarmId } = first.of(bad)[0]!.alarm;
  first.command(bad, 70, { type: 'acknowledge', alarmId });
  const early: PendingCommand = {
    ...{ key: bad, offset: 0n, atMs: at(2) },
    input: { type: 'command', command: acknowledgement(alarmId, 2) },
  };
  return { states, log: [...first.events], early, position: { observations: 1n, commands: 0n }, replayTo: 1n };
}

describe('the comparison with the events of the last owner fails until the restart', () => {
  it('the next owner gets these events again, and the screens get each later revision of the alarm', () => {
    const { states, log, early, ...rest } = escalatedAlarm();
    const lastRev = Math.max(...log.map(({ alarm }) => alarm.rev));
    let isBroken = true;
    const publishedEvents = log.map((event) => brokenFor(() => isBroken, event));
    const middle = open({ states, publishedEvents, commands: [early], ...rest }, at(70));
    middle.tick(70, 75);
    expect(middle.failures.map(({ task }) => task)).toContain('realign');
    log.push(...middle.events);
    const { snapshots } = middle.partition.flush(at(75), 0, BigInt(log.length));
    const saved = snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState);

    isBroken = false;
    const included = Math.max(...saved.map(tellsBefore));
    const restored = { states: saved, publishedEvents: log.slice(included), publishedFrom: BigInt(included) };
    const third = open({ ...restored, position: { observations: 1n, commands: 1n }, replayTo: 1n }, at(80));
    third.tick(80, 200);
    const later = third.of(bad).filter(({ alarm }) => alarm.condition === 'HR.extreme-high');
    expect(later.map(({ type }) => type)).toContain('realarmed');
    for (const { type, alarm } of later) expect([type, alarm.rev > lastRev]).toEqual([type, true]);
  });

  it('when the comparison succeeds, the next snapshot names the present end of the log', () => {
    const { states, log, early, ...rest } = escalatedAlarm();
    let isBroken = true;
    const publishedEvents = log.map((event) => brokenFor(() => isBroken, event));
    const owner = open({ states, publishedEvents, commands: [early], publishedFrom: 3n, ...rest }, at(70));
    const tells = (s: number, eventsBefore: bigint) => {
      owner.add(bad, s, reading(s, { HR: 150 }));
      const { snapshots } = owner.partition.flush(at(s), 0, eventsBefore);
      return snapshots.flatMap(({ body }) => (body === null ? [] : [tellsBefore(body)]));
    };
    expect(tells(71, 10n)).toEqual([3]);
    isBroken = false;
    owner.tick(72, 84);
    expect(tells(84, 12n)).toEqual([12]);
  });
});

it('a snapshot is too large until the restart: the next owner gets the events since the last snapshot', () => {
  const first = open();
  first.add(good, 0);
  first.add(bad, 0);
  const latest = new Map(first.states(1).map((body) => [body.associationId, body]));
  let eventsBefore = 0n;
  for (let s = 2; s < 8; s += 1) {
    first.add(bad, s, reading(s, { HR: 150 }));
    first.add(good, s);
    const { snapshots, noteUnsaved } = first.partition.flush(at(s), 0, eventsBefore);
    eventsBefore = BigInt(first.events.length);
    for (const { body, associationId } of snapshots)
      if (associationId === bad) noteUnsaved(associationId);
      else latest.set(associationId, JSON.parse(JSON.stringify(body)) as AlarmState);
  }
  const states = [...latest.values()];
  const included = Math.max(...states.map(tellsBefore));
  const position = first.partition.position();
  const restored = { states, publishedEvents: first.events.slice(included), publishedFrom: BigInt(included) };
  const next = open({ ...restored, position, replayTo: position.observations }, at(9));
  for (let s = 9; s < 60; s += 1) {
    next.add(bad, s, reading(s, { HR: 80 }));
    next.tick(s, s + 1);
  }
  const onScreens = new Map([...first.of(bad), ...next.of(bad)].map((event) => [event.alarm.alarmId, event]));
  expect(new Set([...onScreens.values()].map(({ type }) => type))).toEqual(new Set(['cleared']));
});

it('a snapshot is too large for a long time: the next owner reads only the newest events, and the screens get the end of each alarm', () => {
  const first = open();
  first.add(good, 0);
  first.add(bad, 0, reading(0, { HR: 150 }));
  const latest = new Map(first.states(1).map((body) => [body.associationId, body]));
  let eventsBefore = 0n;
  for (let s = 2; s < 900; s += 1) {
    // The alarm of the snapshot ends, and another alarm comes and stays.
    if (s === 3) first.command(bad, s, { type: 'acknowledge', alarmId: first.of(bad)[0]!.alarm.alarmId });
    first.add(bad, s, reading(s, s < 300 ? { HR: 80 } : { HR: 80, SpO2: 70 }));
    first.add(good, s);
    first.tick(s, s + 1);
    const { snapshots, noteUnsaved } = first.partition.flush(at(s), 0, eventsBefore);
    eventsBefore = BigInt(first.events.length);
    for (const { body, associationId } of snapshots)
      if (associationId === bad) noteUnsaved(associationId);
      else latest.set(associationId, JSON.parse(JSON.stringify(body)) as AlarmState);
  }
  const states = [...latest.values()];
  const included = Math.max(...states.map(tellsBefore));
  const ofFirstMinute = first.events.filter((event) => Date.parse(event.at) < at(60)).length;
  expect(included).toBeGreaterThan(ofFirstMinute);
  const shown = new Map<string, AlarmEvent>();
  const show = (events: readonly AlarmEvent[]) => {
    for (const event of events)
      if (event.alarm.rev > (shown.get(event.alarm.alarmId)?.alarm.rev ?? 0)) shown.set(event.alarm.alarmId, event);
  };
  show(first.of(bad));
  const present = () =>
    [...shown.values()].flatMap(({ type, alarm }) =>
      type === 'cleared' || alarm.condition === 'not-saved' ? [] : [alarm.condition],
    );
  expect(present()).toEqual(['SpO2.extreme-low']);
  const position = first.partition.position();
  const restored = { states, publishedEvents: first.events.slice(included), publishedFrom: BigInt(included) };
  const next = open({ ...restored, position, replayTo: position.observations }, at(901));
  for (let s = 901; s < 1_100; s += 1) {
    next.add(bad, s, reading(s, { HR: 80, SpO2: s < 930 ? 70 : 97 }));
    next.tick(s, s + 1);
    show(next.of(bad));
    if (s === 929) expect(present()).toContain('SpO2.extreme-low');
    if (s !== 940) continue;
    for (const { type, alarm } of shown.values())
      if (type !== 'cleared') next.command(bad, s, { type: 'acknowledge', alarmId: alarm.alarmId });
  }
  expect(present()).toEqual([]);
});

describe('a command whose answer is in the log, but whose result is in no snapshot', () => {
  const high = 125;
  function setLimits(isBroken = false): Command {
    const by = { commandId: 'limits-1', associationId: bad, at: new Date(at(3)).toISOString(), by: nurse };
    const command: Command = { ...by, type: 'set-limits', group: 'HR', limits: { high } };
    const get = () => {
      throw new RangeError('broken limits');
    };
    return isBroken ? Object.defineProperty(command, 'limits', { get }) : command;
  }
  const newer: Command = {
    ...{ commandId: 'limits-2', associationId: bad, at: new Date(at(9)).toISOString(), by: nurse },
    ...{ type: 'set-limits', group: 'HR', limits: { high: 135 } },
  };
  const answersOf = (owner: ReturnType<typeof open>): readonly CommandAnswer[] =>
    owner.published.flatMap((record) => (record.type === 'command-answer' ? [record.body] : []));
  const highLimits = (owner: ReturnType<typeof open>) =>
    owner.published.flatMap((record) => (record.type === 'limits-in-force' ? record.body.groups : []));

  /** The first owner answers the command, and is killed before its snapshot. The next owner reads the command again. */
  function restart(live: Command, replayed: Command) {
    const first = open();
    first.add(bad, 0);
    const states = first.states(1);
    first.partition.addCommand(bad, 0n, at(3), { type: 'command', command: live }, at(3));
    const commands = [{ key: bad, offset: 0n, atMs: at(3), input: { type: 'command', command: replayed } as const }];
    const position = { observations: 1n, commands: 0n };
    const next = open({ states, commands, publishedAnswers: answersOf(first), position, replayTo: 1n }, at(4));
    for (let s = 4; s < 8; s += 1) {
      next.add(bad, s);
      next.tick(s, s + 1);
    }
    return { first, next };
  }

  it('if the command failed, the next owner refuses it with the same reason, although the code works now', () => {
    const { first, next } = restart(setLimits(true), setLimits());
    expect(answersOf(first)).toMatchObject([{ accepted: false }]);
    expect(answersOf(next)).toEqual(answersOf(first));
    expect(JSON.stringify(highLimits(next))).not.toContain(`"high":${high}`);
    expect(next.events).toEqual([]);
  });

  it('if the command was accepted and now fails, the bed has the alarm, because a person counts on the command', () => {
    const { first, next } = restart(setLimits(), setLimits(true));
    expect(answersOf(first)).toMatchObject([{ accepted: true }]);
    expect(answersOf(next)).toMatchObject([{ accepted: false }]);
    expect(next.faultEvents()).toMatchObject([{ type: 'raised', alarm: { priority: 'high', signal: 'on' } }]);
  });

  it('if the command was accepted, the next owner carries it out and gives the same answer', () => {
    const { first, next } = restart(setLimits(), setLimits());
    expect(answersOf(next)).toEqual(answersOf(first));
    expect(JSON.stringify(highLimits(next))).toContain(`"high":${high}`);
    expect(next.events).toEqual([]);
  });

  it('a command that fails for the first owner raises no alarm, because the answer says that the command failed', () => {
    const first = open();
    first.add(bad, 0);
    first.partition.addCommand(bad, 0n, at(3), { type: 'command', command: setLimits(true) }, at(3));
    expect([answersOf(first)[0]?.accepted, first.events]).toEqual([false, []]);
  });

  it('if the command was accepted and failed in the replay, it is carried out when the code works again', () => {
    let isBroken = true;
    const replayed = Object.defineProperty(setLimits(), 'limits', {
      get() {
        if (isBroken) throw new RangeError('broken limits');
        return { high };
      },
    });
    const { next } = restart(setLimits(), replayed);
    next.tick(8, 60);
    expect(answersOf(next)).toMatchObject([{ accepted: false }]);
    isBroken = false;
    next.tick(60, 80);
    expect(answersOf(next)).toMatchObject([{ accepted: false }, { accepted: true }]);
    expect(JSON.stringify(highLimits(next))).toContain(`"high":${high}`);
  });

  it.each(['a newer command', 'ten minutes'])('after %s, the failed command is not carried out any more', (after) => {
    let isBroken = true;
    const replayed = Object.defineProperty(setLimits(), 'limits', {
      get() {
        if (isBroken) throw new RangeError('broken limits');
        return { high };
      },
    });
    const { next } = restart(setLimits(), replayed);
    if (after === 'a newer command')
      next.partition.addCommand(bad, 9n, at(9), { type: 'command', command: newer }, at(9));
    else next.tick(9, 620);
    isBroken = false;
    next.tick(620, 650);
    expect(JSON.stringify(highLimits(next))).not.toContain(`"high":${high}`);
  });

  /** Returns the next owner after an accepted command for `high` failed, and a function that mends the code. */
  function restartWithFailure() {
    let isBroken = true;
    const limits = { high };
    const command = setLimits();
    const get = () => {
      if (isBroken) throw new RangeError('broken limits');
      return limits;
    };
    const { next } = restart(setLimits(), Object.defineProperty(command, 'limits', { get }));
    const mend = () => {
      isBroken = false;
    };
    return { next, mend, command };
  }
  const later = (limits: { low: number } | { high: number }): Command => ({
    ...{ commandId: 'limits-3', associationId: bad, at: new Date(at(9)).toISOString(), by: nurse },
    ...{ type: 'set-limits', group: 'HR', limits },
  });
  const lastLimits = (owner: ReturnType<typeof open>) => highLimits(owner).findLast(({ group }) => group === 'HR')!.own;

  it('a later change of another limit of the group lets the failed change wait', () => {
    const { next, mend } = restartWithFailure();
    mend();
    next.partition.addCommand(bad, 9n, at(9), { type: 'command', command: later({ low: 45 }) }, at(9));
    next.tick(9, 40);
    expect(lastLimits(next)).toEqual({ low: 45, high });
  });

  it('a later command that is refused lets the failed change wait', () => {
    const { next, mend } = restartWithFailure();
    mend();
    next.partition.addCommand(bad, 9n, at(9), { type: 'command', command: later({ high: 2 }) }, at(9));
    expect(answersOf(next).at(-1)).toMatchObject({ commandId: 'limits-3', accepted: false });
    next.tick(9, 40);
    expect(lastLimits(next)).toEqual({ high });
  });

  it('a repeat of a command that was carried out at last gets the answer that it was accepted', () => {
    const { next, mend, command } = restartWithFailure();
    mend();
    next.tick(8, 40);
    next.partition.addCommand(bad, 9n, at(41), { type: 'command', command }, at(41));
    expect(answersOf(next).map(({ accepted }) => accepted)).toEqual([false, true, true]);
  });

  it('the bed has the alarm until the accepted command is in force', () => {
    const { next, mend } = restartWithFailure();
    for (let s = 8; s < 300; s += 1) {
      next.add(bad, s);
      next.tick(s, s + 1);
    }
    expect(next.faultEvents().map(({ type }) => type)).not.toContain('resolved');
    mend();
    for (let s = 300; s < 360; s += 1) {
      next.add(bad, s);
      next.tick(s, s + 1);
    }
    expect(lastLimits(next)).toEqual({ high });
    expect(next.faultEvents().map(({ type }) => type)).toContain('resolved');
  });
});
