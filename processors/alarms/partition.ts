/**
 * The engines of one partition, and how far in the log their states are. Everything here is synchronous: the shell around it
 * reads, appends and writes snapshots.
 */
import type { AlarmEvent, AlarmState, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { notAhead } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Counts } from './core/counts.ts';
import { nextDue, step } from './core/engine.ts';
import type { Environment } from './core/environment.ts';
import type { AssociationInput, CommandInput, Input } from './core/inputs.ts';
import { profileInForce } from './core/judging.ts';
import { realign } from './core/realign.ts';
import { checkScores, scoresOf } from './core/scores/view.ts';
import { initialState, type State } from './core/state.ts';
import { type EngineSnapshot, freshHeld, type Held, isForgettable, type Position, restoredHeld } from './held.ts';
import { inForceNow, noteTold } from './in-force.ts';
import type { Published } from './published.ts';
import { patienceOf } from './turn-to-write.ts';

export type Restored = {
  readonly states: readonly AlarmState[];
  /** Events that may be later than the snapshots, in their order. */
  readonly told: readonly AlarmEvent[];
  /** Limits in force, and standby, that were told since then, in their order. */
  readonly inForce: readonly (LimitsInForce | StandbyInForce)[];
  /** Where both begin in `alarms`. */
  readonly toldFrom: bigint;
  /** Commands that may be later than the snapshots. They are given to the engines where the readings of their time are. */
  readonly commands: readonly {
    readonly key: string;
    readonly offset: bigint;
    readonly atMs: number;
    readonly input: CommandInput;
  }[];
  readonly position: Position;
  /** Where the log of readings ended: up to there it is replayed, from there on it is live. */
  readonly replayTo: bigint;
};

export type Counters = { skipped: number; restored: number; tombstones: number; realigned: number; replayed: number };

export type Snapshot = { readonly associationId: string; readonly body: AlarmState | null };
export type Flush = { readonly snapshots: readonly Snapshot[]; readonly position: Position; readonly undo: () => void };

export type Partition = ReturnType<typeof createPartition>;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createPartition(options: {
  readonly env: Environment;
  readonly restored: Restored;
  readonly associationAt: (associationId: string) => AssociationInput | undefined;
  readonly emit: (event: AlarmEvent) => void;
  /** Called with what else goes to the screens, in its place among the events. */
  readonly publish: (record: Published) => void;
  readonly counters: Counters;
  /** Called with what an engine counted in a step. */
  readonly onCounts?: (counts: Counts) => void;
  /** Whether silence may be judged now (hearing.ts). Until it may, a partition that has been read to its end is not live. */
  readonly mayJudge: () => boolean;
  readonly nowMs: number;
}) {
  const { env, restored, emit, publish, counters } = options;
  const engines = new Map<string, Held>();
  let position = restored.position;
  let commands = [...restored.commands];
  let live = false;
  /** The past is replayed: what is judged and answered now is by the limits of now, also before it is live. */
  let isReplayed = false;
  /** Of readings, as the newest batch says it. */
  let logEnd = restored.replayTo;
  /** Profiles changed while the past was replayed: some of it was judged by the former ones. */
  let hasNewProfiles = false;

  for (const body of restored.states) {
    const held = restoredHeld(env, body, options.nowMs);
    if (!held) continue;
    counters.restored += 1;
    engines.set(held.associationId, held);
  }
  for (const event of restored.told) hold(event.alarm.associationId, options.nowMs).told.push(event);
  for (const one of restored.inForce) noteTold(hold(one.associationId, options.nowMs), one);
  caughtUp(options.nowMs);

  function hold(associationId: string, nowMs: number): Held {
    let held = engines.get(associationId);
    if (!held) {
      held = freshHeld(associationId, initialState(associationId), { observations: 0n, commands: 0n }, nowMs);
      engines.set(associationId, held);
      tellAssociation(held, nowMs);
    }
    return held;
  }

  /** While the past is replayed a period has not ended yet: the readings of its end are still to come. */
  function tellAssociation(held: Held, nowMs: number): void {
    const known = options.associationAt(held.associationId);
    if (!known) return;
    const input = live ? known : { ...known, endedAt: held.state.association?.endedAt ?? null };
    const text = JSON.stringify(input);
    if (text === held.association) return;
    held.association = text;
    run(held, input, nowMs);
  }

  function run(held: Held, input: Input, nowMs: number, from: Position = position): void {
    const { state, events, answer, counts } = step(env, held.state, input, nowMs);
    if (counts) options.onCounts?.(counts);
    held.state = state;
    // First the limits: a screen never shows an alarm beside a limit that it does not break.
    tellInForce(held, nowMs);
    told(held, state, events, nowMs, from, input.type === 'command');
    tellScores(held, nowMs);
    if (answer) publish({ type: 'command-answer', body: answer });
  }

  /** Publishes the limits in force, and the standby, where they have changed. */
  function tellInForce(held: Held, nowMs: number): void {
    if (!isReplayed) return;
    const isFirst = held.inForce.limits === undefined;
    const { told, records } = inForceNow(env, held.state, held.inForce, nowMs);
    held.inForce = told;
    if (records.length === 0) return;
    // A change is written down at once, as events are: what lies in `alarms` before the place that a snapshot names is in the snapshot.
    held.dirty ??= { from: position, atMs: nowMs, urgent: false };
    if (!isFirst || told.standby) held.dirty.urgent = true;
    for (const record of records) publish(record);
  }

  /** Publishes the scores where they have changed. */
  function tellScores(held: Held, nowMs: number): void {
    if (!live) return;
    const { check, scores } = checkScores(env, held.state, held.scores, nowMs);
    held.scores = check;
    if (scores) publish({ type: 'scores', body: scores });
  }

  function told(
    held: Held,
    state: State,
    events: readonly AlarmEvent[],
    nowMs: number,
    from: Position,
    urgent: boolean,
  ): void {
    held.state = state;
    held.dirty ??= { from, atMs: nowMs, urgent: false };
    if (events.length > 0 || urgent) held.dirty.urgent = true;
    for (const event of events) emit(event);
  }

  /** @param atMs the record's time in Kafka */
  function observation(
    key: string,
    offset: bigint,
    atMs: number,
    input: Input,
    receivedAt: number,
    nowMs: number,
  ): void {
    if (!live) replayCommands(atMs, nowMs);
    const held = hold(key, nowMs);
    held.touchedMs = nowMs;
    if (offset < held.since.observations) counters.skipped += 1;
    else {
      // A stamp ahead of now is of before the machine's clock was set back; what it says of silence is of now at the latest.
      const seen = 'receivedAt' in input ? { ...input, receivedAt: notAhead(input.receivedAt, nowMs) } : input;
      run(held, seen, live ? nowMs : Math.min(receivedAt, nowMs), { ...position, observations: offset });
    }
    if (!live) counters.replayed += 1;
    passed(offset, nowMs);
  }

  function passed(offset: bigint, nowMs: number): void {
    position = { ...position, observations: offset + 1n };
    if (!live) caughtUp(nowMs);
  }

  function command(key: string, offset: bigint, atMs: number, input: CommandInput, nowMs: number): void {
    commands.push({ key, offset, atMs, input });
    if (live) replayCommands(Number.POSITIVE_INFINITY, nowMs);
    else caughtUp(nowMs);
  }

  /** Commands meet the readings in the order of their times in Kafka, as they did when they were live. */
  function replayCommands(untilMs: number, nowMs: number): void {
    let next = commands[0];
    while (next && next.atMs <= untilMs) {
      commands = commands.slice(1);
      const held = hold(next.key, nowMs);
      if (next.offset >= held.since.commands)
        run(held, next.input, live ? nowMs : Math.min(next.atMs, nowMs), { ...position, commands: next.offset });
      position = { ...position, commands: next.offset + 1n };
      next = commands[0];
    }
  }

  /**
   * Where the past is replayed, no command waits for the readings of its time any more. It is live only once silence may be judged: the
   * readings that Kafka was away for, or that came during a long replay, are still to be read, and no device is silent for that.
   */
  function caughtUp(nowMs: number): void {
    if (position.observations < restored.replayTo) return;
    replayCommands(Number.POSITIVE_INFINITY, nowMs);
    if (!isReplayed) {
      isReplayed = true;
      for (const held of engines.values()) tellInForce(held, nowMs);
    }
    if (position.observations >= logEnd && options.mayJudge()) goLive(nowMs);
  }

  /** From here on the wall clock speaks, and the screens hear where it had spoken before the crash. */
  function goLive(nowMs: number): void {
    live = true;
    for (const held of engines.values()) {
      tellAssociation(held, nowMs);
      if (held.hasOtherProfile || hasNewProfiles) run(held, { type: 'profiles', before: undefined }, nowMs);
      tellScores(held, nowMs);
      if (nextDue(held.state) <= nowMs) run(held, { type: 'tick' }, nowMs);
      if (held.told.length === 0) continue;
      const { state, events } = realign(held.state, held.told, nowMs);
      held.told = [];
      counters.realigned += events.length;
      if (state !== held.state) told(held, state, events, nowMs, position, true);
    }
  }

  /** What time alone brings: silence, escalation, periods that end. */
  function tick(nowMs: number): void {
    if (!live) caughtUp(nowMs);
    if (!live) return;
    for (const held of engines.values()) {
      tellAssociation(held, nowMs);
      if (nextDue(held.state) <= nowMs) run(held, { type: 'tick' }, nowMs);
      tellScores(held, nowMs);
    }
  }

  /**
   * Snapshots of what changed, as it is now, and the position up to which the group may commit once they are written. `told`:
   * the end of what `alarms` holds of the snapshots before these.
   */
  function flush(nowMs: number, quietMs: number, toldBefore: bigint): Flush {
    const isDue = ({ dirty, associationId }: Held) =>
      dirty && (dirty.urgent || nowMs - dirty.atMs >= quietMs * patienceOf(associationId));
    const chosen = [...engines.values()].filter(isDue);
    const before = chosen.map((held) => ({ held, dirty: held.dirty! }));
    for (const held of chosen) held.dirty = undefined;
    const left = [...engines.values()].flatMap(({ dirty }) => (dirty ? [dirty.from] : []));
    const bodies = chosen.map((held) => snapshotOf(held, nowMs, toldBefore));
    const snapshots: Snapshot[] = bodies.map((body) => ({ associationId: body.associationId, body }));
    for (const held of engines.values()) {
      if (!isForgettable(held, nowMs)) continue;
      engines.delete(held.associationId);
      counters.tombstones += 1;
      snapshots.push({ associationId: held.associationId, body: null });
    }
    const undo = () => {
      for (const { held, dirty } of before)
        held.dirty = { from: dirty.from, atMs: dirty.atMs, urgent: dirty.urgent || (held.dirty?.urgent ?? false) };
    };
    const least = (of: (p: Position) => bigint) => [of(position), ...left.map(of)].sort((a, b) => Number(a - b))[0]!;
    return {
      snapshots,
      undo,
      position: { observations: least((p) => p.observations), commands: least((p) => p.commands) },
    };
  }

  function snapshotOf({ associationId, state, inForce }: Held, nowMs: number, toldBefore: bigint): AlarmState {
    const { limits, standby } = inForce;
    // Until the past is replayed, nothing was made of the events that were found: the next owner must find them again.
    const engine: EngineSnapshot = { v: 1, state, told: String(live ? toldBefore : restored.toldFrom) };
    const scores = scoresOf(env, state, nowMs);
    return {
      associationId,
      at: formatInstant(nowMs),
      offsets: { observations: String(position.observations), commands: String(position.commands) },
      live: Object.values(state.book.live).map(({ alarm }) => alarm),
      ...(limits && { limits }),
      ...(standby && { standby }),
      ...(scores && { scores }),
      engine,
    };
  }

  return {
    observation,
    command,
    /** With each batch: the log of readings ends before this offset. */
    holds(end: bigint): void {
      logEnd = end;
    },
    /** A record that was left out. */
    passed(topic: 'observations' | 'commands', offset: bigint, nowMs: number): void {
      if (topic === 'observations') passed(offset, nowMs);
      else if (commands.length === 0) position = { ...position, commands: offset + 1n };
    },
    tick,
    /** Profiles have changed: everybody is judged by the new ones at once. */
    judgeAnew(nowMs: number): void {
      hasNewProfiles = !live;
      if (!live) return;
      for (const held of engines.values()) {
        const before = held.inForce.of?.profile;
        if (before !== profileInForce(env, held.state)) run(held, { type: 'profiles', before }, nowMs);
      }
    },
    /** A patient is at a device, be it that the device never sends. */
    expect(associationId: string, nowMs: number): void {
      if (live) hold(associationId, nowMs);
    },
    flush,
    /** Whether readings at this offset are judged now. Not where a state has later ones: a log made anew gives offsets again. */
    judges: (offset: bigint) => live && [...engines.values()].every(({ since }) => offset >= since.observations),
    has: (associationId: string) => engines.has(associationId),
    position: () => position,
    isLive: () => live,
    isDirty: () => [...engines.values()].some(({ dirty }) => dirty !== undefined),
    engines: () => engines.size,
    liveAlarms: () => [...engines.values()].reduce((sum, { state }) => sum + Object.keys(state.book.live).length, 0),
  };
}
