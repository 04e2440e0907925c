/**
 * The alarm engine of one association: a pure state machine, `(state, input, now) → {state, events}`. It judges readings at the
 * device's own time; the wall clock (`now`) only notices silence and how long a call has gone unanswered. Fed the same inputs
 * it gives the same alarms, whatever is repeated and wherever it is stopped and taken up again from its state.
 */
import { audioPauseMsMax } from '../../contracts/audio-pause.ts';
import { assess, skewed } from '../../contracts/device-clock.ts';
import { effectiveLimits, limitsFault } from '../../contracts/effective-limits.ts';
import type { LimitGroup } from '../../contracts/parameters.ts';
import { count, type Draft, draftOf } from './draft.ts';
import { watchIdentity } from './identity.ts';
import type { AssociationInput, CommandInput, Environment, Input, ObservationInput, Profile, Step } from './inputs.ts';
import { answer, pauseAudio } from './lifecycle.ts';
import { initialLine, judge, rebased, usable } from './line.ts';
import { forgetMissing, watchMissing } from './missing.ts';
import { notice } from './notices.ts';
import { reconcile } from './reconcile.ts';
import { note } from './seen.ts';
import {
  awaitFirst,
  connection,
  dropTechnical,
  heard,
  noticeSilence,
  setTechnical,
  status,
  watchGaps,
  watchParameters,
} from './silence.ts';
import type { State } from './state.ts';
import { endLate, endMain, runTimers } from './timers.ts';
import { commandIdsMax, lostMs } from './tuning.ts';

/**
 * One step.
 * @param now wall clock, ms since 1970: of a live input the present, of one that is replayed the time it was received
 */
export function step(env: Environment, state: State, input: Input, now: number): Step<State> {
  const d = draftOf(env, state, now);
  runTimers(d);
  if ('deviceId' in input && input.deviceId !== undefined) d.s.deviceId = input.deviceId;
  switch (input.type) {
    case 'observation':
      observe(d, input);
      break;
    case 'status':
      if (!over(d)) status(d, input);
      break;
    case 'connection':
      if (!over(d)) connection(d, input);
      break;
    case 'notice':
      if (!over(d)) notice(d, input);
      break;
    case 'command':
      command(d, input);
      break;
    case 'association':
      associate(d, input);
      break;
    case 'tick':
      noticeSilence(d);
      break;
  }
  return { state: d.s, events: d.events };
}

/** The period has ended: nobody is at the device whom the state of the device could concern. */
const over = (d: Draft) => (d.s.association?.endedAt ?? null) !== null;

function observe(d: Draft, input: ObservationInput): void {
  const { seen, repeat } = note(d.s.seen, input.boot, input.seq);
  if (repeat) {
    count(d, 'repeats');
    return;
  }
  d.s.seen = seen;
  const { clock, late, stepped } = assess(d.s.clock, input.time, input.receivedAt);
  d.s.clock = clock;
  countReading(d, input, late, stepped);
  const intervalMs = input.intervalMs ?? d.s.silence.intervalMs;
  const present = !late && !over(d);
  if (present) heard(d, input, intervalMs);
  const before = d.s.main.judgedUntil;
  if (stepped && before !== null && input.time < before) {
    d.s.main = rebased(d.s.main, d.s.late, input.time);
    d.s.late = initialLine;
  }
  const profile = profileInForce(d);
  const limitsOf = (group: LimitGroup) => effectiveLimits(profile?.[group], d.s.overrides[group]);
  const reading = { time: input.time, intervalMs, values: input.values, late };
  if (d.s.main.judgedUntil !== null && input.time < d.s.main.judgedUntil) {
    if (input.time < (d.s.late.judgedUntil ?? input.time)) {
      count(d, 'lateRestarts');
      endLate(d);
    }
    d.s.late = judge(d.s.late, reading, d.now, limitsOf);
  } else {
    if (before !== null && !stepped && input.time - before > lostMs) endMain(d, before + lostMs);
    d.s.main = judge(d.s.main, reading, d.now, limitsOf);
    if (present) {
      watchClock(d, input);
      watchProfile(d, input, profile);
      watchGaps(d, input, intervalMs, before);
      watchParameters(d, input, intervalMs);
    }
  }
  reconcile(d, input.time);
  if (over(d)) return;
  watchMissing(d, input);
  watchIdentity(d, input);
}

function countReading(d: Draft, input: ObservationInput, late: boolean, stepped: boolean): void {
  count(d, 'readings');
  if (late) count(d, 'lateReadings');
  if (stepped) count(d, 'clockSteps');
  const kinds = input.values.map(usable);
  count(d, 'valuesMissing', kinds.filter((kind) => kind === 'missing').length);
  count(d, 'valuesImplausible', kinds.filter((kind) => kind === 'implausible').length);
}

function profileInForce(d: Draft): Profile | undefined {
  const { category = null, ward = null } = d.s.association ?? {};
  return category === null ? undefined : d.env.profile(category, ward);
}

function watchClock(d: Draft, input: ObservationInput): void {
  if (!skewed(d.s.clock)) {
    dropTechnical(d, 'clock-skew');
    return;
  }
  const seconds = Math.round(Math.abs(d.s.clock.offsetMs) / 1000);
  const text = `Device clock is ${seconds} s ${d.s.clock.offsetMs > 0 ? 'behind' : 'ahead'}`;
  // The first text stays: the seconds would change with each reading.
  const before = d.s.technical['clock-skew'];
  setTechnical(d, 'clock-skew', before ?? { condition: 'clock-skew', priority: 'low', text, onset: input.time });
}

/** A category without a profile is refused, aloud; no other category's limits stand in (CLINICAL, "Default adult limits"). */
function watchProfile(d: Draft, input: ObservationInput, profile: Profile | undefined): void {
  if (profile !== undefined) {
    dropTechnical(d, 'no-profile');
    return;
  }
  const category = d.s.association?.category ?? null;
  const text = category === null ? 'No limits: patient category not known' : `No limits for ${category} patients here`;
  setTechnical(d, 'no-profile', { condition: 'no-profile', priority: 'medium', text, onset: input.time });
}

function command(d: Draft, { command }: CommandInput): void {
  if (d.s.commandIds.includes(command.commandId)) {
    count(d, 'commandsRepeated');
    return;
  }
  d.s.commandIds = [...d.s.commandIds, command.commandId].slice(-commandIdsMax);
  switch (command.type) {
    case 'acknowledge':
      answer(d, command);
      leaveAnsweredSilence(d);
      return;
    case 'pause-audio': {
      const until = Math.min(Date.parse(command.at), d.now) + Math.min(command.forMs, audioPauseMsMax);
      if (until > d.now) pauseAudio(d, until);
      return;
    }
    case 'set-limits': {
      const { [command.group]: _before, ...others } = d.s.overrides;
      if (command.limits === null) {
        d.s.overrides = others;
        return;
      }
      const merged = effectiveLimits(profileInForce(d)?.[command.group], command.limits) ?? {};
      if (limitsFault(command.group, merged) !== undefined) {
        count(d, 'limitsRefused');
        return;
      }
      d.s.overrides = { ...others, [command.group]: command.limits };
      return;
    }
  }
}

/** The silence of a device without a patient is over once a person has seen it: a stored device must not call for ever. */
function leaveAnsweredSilence(d: Draft): void {
  if (d.s.association?.category !== 'unassigned') return;
  for (const key of ['no-data', 'disconnected']) if (d.s.live[key]?.acknowledged) dropTechnical(d, key);
  reconcile(d, d.now);
}

/** Who is at the device changed. At the end of a period every condition ends and every alarm leaves, seen or not. */
function associate(d: Draft, { category, ward, endedAt, from }: AssociationInput): void {
  d.s.association = { category, ward, endedAt };
  if (endedAt === null) {
    if (from !== undefined && category !== null && category !== 'unassigned') awaitFirst(d, from);
    return;
  }
  d.s.main = { ...d.s.main, trackers: {} };
  d.s.late = initialLine;
  d.s.technical = {};
  forgetMissing(d);
  d.s.silence = { ...d.s.silence, armed: false };
  d.s.pause = null;
  reconcile(d, endedAt);
}
