/**
 * The engines of one partition, and how far in the log their states are. Everything here is synchronous: the shell around it
 * reads, appends and writes snapshots.
 */
import type { AlarmEvent, AlarmState, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { notAhead } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Counts } from './core/counts.ts';
import { type Environment, nextDue, step } from './core/engine.ts';
import { limitsInForce } from './core/in-force.ts';
import type { AssociationInput, CommandInput, Input } from './core/inputs.ts';
import { isScoredOtherwise, profileInForce } from './core/judging.ts';
import { migrate } from './core/migrate.ts';
import { adultProfile } from './core/profile.ts';
import { realign } from './core/realign.ts';
import { rearm } from './core/rearm.ts';
import { lookAtScores, lookedAtBefore, type ScoresLook, scoresOf } from './core/scores/view.ts';
import { initialState, type State } from './core/state.ts';
import { type InForceTold, inForceNow, isSame, noteTold, nothingTold } from './in-force.ts';
import type { Published } from './published.ts';
import { patienceOf } from './turn-to-write.ts';

/** Next offsets to read. */
export type Position = { readonly observations: bigint; readonly commands: bigint };

/** What `AlarmState.engine` holds. `told`: events in `alarms` before this offset are in the snapshots. */
export type EngineSnapshot = { readonly v: 1; readonly state: unknown; readonly told: string };

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

type Held = {
  readonly associationId: string;
  state: State;
  /** Records before these are in the state already. */
  readonly since: Position;
  told: AlarmEvent[];
  /** The first records that no snapshot includes. */
  dirty: { readonly from: Position; readonly atMs: number; urgent: boolean } | undefined;
  association: string;
  inForce: InForceTold;
  /** It was written down under another profile: the last values are judged by the present one at once. */
  readonly hasOtherProfile: boolean;
  scores: ScoresLook | undefined;
  touchedMs: number;
};

export type Counters = { skipped: number; restored: number; tombstones: number; realigned: number; replayed: number };

export type Snapshot = { readonly associationId: string; readonly body: AlarmState | null };
export type Flush = { readonly snapshots: readonly Snapshot[]; readonly position: Position; readonly undo: () => void };

/** An association that has ended, or that nobody ever knew, or a device without a patient: forgotten once idle for so long. */
const forgetMs = 24 * 60 * 60 * 1000;

export type Partition = ReturnType<typeof createPartition>;

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
  readonly nowMs: number;
}) {
  const { env, restored, emit, publish, counters } = options;
  const engines = new Map<string, Held>();
  let position = restored.position;
  let commands = [...restored.commands];
  let live = false;
  /** Profiles changed while the past was replayed: some of it was judged by the former ones. */
  let hasNewProfiles = false;

  for (const body of restored.states) restore(body);
  for (const event of restored.told) hold(event.alarm.associationId, options.nowMs).told.push(event);
  for (const one of restored.inForce) noteTold(hold(one.associationId, options.nowMs), one);
  if (position.observations >= restored.replayTo) goLive(options.nowMs);

  function restore({ associationId, offsets, engine, limits, scores, standby }: AlarmState): void {
    const { v, state: written } = engine as EngineSnapshot;
    const state = v === 1 ? migrate(associationId, written) : undefined;
    if (state === undefined) return;
    counters.restored += 1;
    const since = { observations: BigInt(offsets.observations), commands: BigInt(offsets.commands) };
    const rearmed = rearm(state, profileInForce(env, state) ?? adultProfile, options.nowMs);
    const hasOtherProfile =
      (limits !== undefined && !isSame(limits.groups, limitsInForce(env, rearmed).groups)) ||
      isScoredOtherwise(env, rearmed);
    const known = { hasOtherProfile, inForce: { limits, standby, of: undefined }, scores: lookedAtBefore(scores) };
    const held = { ...fresh(associationId, rearmed, since, options.nowMs), ...known };
    engines.set(associationId, held);
    // What the screens have of an alarm that is another one by the present clock: they are told when the past is replayed.
    for (const [key, { alarm }] of Object.entries(state.book.live))
      if (rearmed.book.live[key]?.alarm !== alarm) held.told.push({ type: 'updated', at: alarm.raisedAt, alarm });
  }

  function fresh(associationId: string, state: State, since: Position, nowMs: number): Held {
    const association = JSON.stringify(state.association && { type: 'association', ...state.association });
    const unknown = { inForce: nothingTold, hasOtherProfile: false, scores: undefined };
    return { associationId, state, since, told: [], dirty: undefined, association, ...unknown, touchedMs: nowMs };
  }

  function hold(associationId: string, nowMs: number): Held {
    let held = engines.get(associationId);
    if (!held) {
      held = fresh(associationId, initialState(associationId), { observations: 0n, commands: 0n }, nowMs);
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
    if (!live) return;
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
    const { look, scores } = lookAtScores(env, held.state, held.scores, nowMs);
    held.scores = look;
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
    if (!live && position.observations >= restored.replayTo) goLive(nowMs);
  }

  function command(key: string, offset: bigint, atMs: number, input: CommandInput, nowMs: number): void {
    commands.push({ key, offset, atMs, input });
    if (live) replayCommands(Number.POSITIVE_INFINITY, nowMs);
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

  /** The past is replayed: from here on the wall clock speaks, and the screens are told where it had spoken before the crash. */
  function goLive(nowMs: number): void {
    replayCommands(Number.POSITIVE_INFINITY, nowMs);
    live = true;
    for (const held of engines.values()) {
      tellAssociation(held, nowMs);
      if (held.hasOtherProfile || hasNewProfiles) run(held, { type: 'profiles', before: undefined }, nowMs);
      tellInForce(held, nowMs);
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
      if (!forgettable(held, nowMs)) continue;
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

  function forgettable({ state, dirty, touchedMs }: Held, nowMs: number): boolean {
    if (dirty || Object.keys(state.book.live).length > 0 || nowMs - touchedMs < forgetMs) return false;
    const { association } = state;
    return association === null || association.endedAt !== null || association.category === 'unassigned';
  }

  return {
    observation,
    command,
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
