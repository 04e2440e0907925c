/**
 * Carries out the commands of people: acknowledgements, audio pauses, limits, assessments and standby. Each command
 * gets an answer. A repeated command gets the same answer again. Pure.
 */
import { ownLimitsAfter, setLimitsFault } from '../../../contracts/effective-limits.ts';
import type { Command, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import { initialArrivals } from './arrivals.ts';
import { acknowledge, type BookContext, pauseAudio } from './book.ts';
import type { EngineResult } from './engine-result.ts';
import type { Environment } from './environment.ts';
import { limitsInForce } from './in-force.ts';
import type { CommandInput } from './inputs.ts';
import { isPeriodOver, isScored, judgeAgain, rulesIn, scoreRulesIn } from './judging.ts';
import { withoutCodes } from './limits.ts';
import { withoutAlerts } from './own-alerts.ts';
import { scoreAssessment } from './scores/scores.ts';
import { standbyOf } from './standby.ts';
import type { State } from './state.ts';

const commandIdsMax = 64;
const acknowledgementCounters = {
  held: 'acknowledgementsHeld',
  unknown: 'acknowledgementsUnknown',
  displacing: 'acknowledgementsUnknown',
  repeated: 'acknowledgementsRepeated',
  stale: 'acknowledgementsStale',
} as const;
/** Why an acknowledgement is refused, as a sentence for the person who acknowledged. */
const acknowledgementFaults = {
  unknown: 'Not acknowledged: this alarm has ended.',
  stale: 'Not acknowledged: this alarm has called again or has become more serious since. Look again.',
} as const;

/**
 * Carries out a command and answers it. A repeated command only gets the same answer again. A command that a person has
 * seen as refused is refused again, because the person does not expect its result any more.
 */
export function runCommand(
  env: Environment,
  before: State,
  { command: commandToRun, answer }: Pick<CommandInput, 'command' | 'answer'>,
  context: BookContext,
): EngineResult {
  const refused = seenRefusal(answer);
  if (refused !== undefined) return refuseCommand(before, commandToRun, context, refused);
  return onceOnly(before, commandToRun, context, () => carryOut(env, before, commandToRun, context));
}

/** Returns why the last owner refused a command; undefined if the last owner did not refuse it. */
export const seenRefusal = (answer: CommandInput['answer']): string | undefined =>
  answer === undefined || answer.accepted ? undefined : answer.reason;

/** Refuses a command, unless it is a repeat. @param reason a sentence for the person who gave the command */
export function refuseCommand(
  before: State,
  commandToRun: Command,
  context: Pick<BookContext, 'now'>,
  reason: string,
): EngineResult {
  return onceOnly(before, commandToRun, context, () => ({ state: before, endAt: context.now, refused: reason }));
}

/** Runs a command that is no repeat, and remembers the command and its answer. */
function onceOnly(
  before: State,
  commandToRun: Command,
  context: Pick<BookContext, 'now'>,
  run: () => ReturnType<typeof carryOut>,
): EngineResult {
  if (before.commandIds.includes(commandToRun.commandId)) {
    const answer = answerOf(commandToRun, before.refused?.[commandToRun.commandId]);
    return { state: before, endAt: context.now, answer, counts: { commandsRepeated: 1 } };
  }
  const { refused, ...result } = run();
  const commandIds = [...before.commandIds, commandToRun.commandId].slice(-commandIdsMax);
  // A command that failed and is carried out now may still have its earlier refusal.
  const { [commandToRun.commandId]: _earlier, ...others } = before.refused ?? {};
  const refusals = { ...others, ...(refused !== undefined && { [commandToRun.commandId]: refused }) };
  const remembered = Object.entries(refusals).filter(([id]) => commandIds.includes(id));
  const { refused: _refused, ...rest } = result.state;
  const state: State = {
    ...rest,
    commandIds,
    ...(remembered.length > 0 && { refused: Object.fromEntries(remembered) }),
  };
  return { ...result, state, answer: answerOf(commandToRun, refused) };
}

/** Returns the answer to a command. `at` is the time of the command, so that the answer is the same after a crash. */
function answerOf({ commandId, associationId, type, at }: Command, refused: string | undefined): CommandAnswer {
  const answer = { commandId, associationId, type, at };
  return refused === undefined ? { ...answer, accepted: true } : { ...answer, accepted: false, reason: refused };
}

/** Carries out a command. `refused`: why the command was refused, as a sentence. */
function carryOut(
  env: Environment,
  state: State,
  commandToRun: Command,
  context: BookContext,
): Omit<EngineResult, 'answer'> & { readonly refused?: string } {
  const endAt = context.now;
  switch (commandToRun.type) {
    case 'acknowledge': {
      const { part: book, events, outcome } = acknowledge(state.book, commandToRun, isPeriodOver(state), context);
      const next = endAcknowledgedSilence({ ...state, book });
      const counts = outcome === 'done' ? {} : { [acknowledgementCounters[outcome]]: 1 };
      const isRefused = outcome === 'unknown' || outcome === 'stale';
      return { state: next, endAt, events, counts, ...(isRefused && { refused: acknowledgementFaults[outcome] }) };
    }
    case 'pause-audio': {
      const until = Math.min(Date.parse(commandToRun.at), context.now) + commandToRun.forMs;
      const { part: book, events, refused } = pauseAudio(state.book, until, context);
      return { state: { ...state, book }, endAt, events, ...(refused !== undefined && { refused }) };
    }
    case 'enter-assessment':
      return enterAssessment(env, state, commandToRun, context);
    case 'standby':
      return beginStandby(state, commandToRun, context);
    case 'end-standby':
      if (state.standby === null) return { state, endAt, refused: 'The bed is not on standby.' };
      return { state: { ...state, standby: null }, endAt };
    case 'set-limits':
      return setLimits(env, state, commandToRun, context);
  }
}

/** Begins a standby. A second standby replaces the first standby. */
function beginStandby(
  state: State,
  commandToRun: Extract<Command, { type: 'standby' }>,
  { now }: BookContext,
): ReturnType<typeof carryOut> {
  const refuse = (reason: string) => ({ state, endAt: now, refused: `Standby did not begin: ${reason}.` });
  if (isPeriodOver(state)) return refuse('the patient is no longer at this device');
  if (state.association?.category === 'unassigned') return refuse('no patient is at this device');
  const standby = standbyOf(commandToRun, now);
  return standby === undefined ? refuse('the command came too late') : { state: { ...state, standby }, endAt: now };
}

function enterAssessment(
  env: Environment,
  state: State,
  commandToRun: Extract<Command, { type: 'enter-assessment' }>,
  { now }: BookContext,
): ReturnType<typeof carryOut> {
  if (!isScored(state)) {
    const reason = isPeriodOver(state) ? 'the patient is no longer at this device' : 'NEWS2 is for adults only';
    return { state, endAt: now, refused: `The assessment was not saved: ${reason}.` };
  }
  return {
    state: { ...state, scores: scoreAssessment(state.scores, commandToRun, now, scoreRulesIn(env, state)) },
    endAt: now,
  };
}

function setLimits(
  env: Environment,
  state: State,
  { group, limits: change, by, at }: Extract<Command, { type: 'set-limits' }>,
  { now }: BookContext,
): ReturnType<typeof carryOut> {
  const fault = isPeriodOver(state)
    ? 'The limits were not changed: the patient is no longer at this device.'
    : setLimitsFault(limitsInForce(env, state).groups, group, change, now);
  if (fault !== undefined) return { state, endAt: now, counts: { limitsRefused: 1 }, refused: fault };
  const ownLimits = ownLimitsAfter(state.overrides[group], change);
  const { [group]: _ownLimits, ...others } = state.overrides;
  const setBy = { ...state.setBy, [group]: { by, at } };
  return {
    state: withOverrides(env, { ...state, setBy }, ownLimits ? { ...others, [group]: ownLimits } : others),
    endAt: now,
  };
}

/** Sets the patient's own limits. The new limits judge the last values immediately. */
function withOverrides(env: Environment, state: State, overrides: State['overrides']): State {
  return judgeAgain(env, { ...state, overrides }, rulesIn(env, state));
}

/** Switches limits on again when their time off is over. */
export function endLimitsOff(env: Environment, state: State, now: number): State {
  if (limitsOffDue(state) > now) return state;
  const overrides = Object.entries(state.overrides).flatMap(([group, { off, ...limits }]) => {
    const limitsLeft = off && Date.parse(off.until) > now ? { ...limits, off } : limits;
    return Object.keys(limitsLeft).length === 0 ? [] : [[group as LimitGroup, limitsLeft] as const];
  });
  return withOverrides(env, state, Object.fromEntries(overrides));
}

/** Returns the wall-clock time at which the next limits are switched on again; infinity if no limits are off. */
export function limitsOffDue({ overrides }: State): number {
  let due = Number.POSITIVE_INFINITY;
  for (const group in overrides) {
    const off = overrides[group as LimitGroup]?.off;
    if (off) due = Math.min(due, Date.parse(off.until));
  }
  return due;
}

/**
 * Ends the silence alarm of a device without a patient after a person has acknowledged the alarm. A device that was put
 * away in a store room must not call again and again.
 */
function endAcknowledgedSilence(state: State): State {
  const { association, book, device } = state;
  const isAcknowledged = ['no-data', 'disconnected'].some((key) => book.live[key]?.acknowledged);
  if (association?.category !== 'unassigned' || !isAcknowledged) return state;
  const hasOpenAlarm = (code: string) =>
    Object.values(book.live).some((live) => live.alarm.code === code && !live.acknowledged);
  return {
    ...state,
    device: { ...device, silentSince: null, disconnectedSince: null },
    arrivals: initialArrivals,
    ownAlerts: withoutAlerts(state.ownAlerts, (key) => !(book.live[key]?.acknowledged ?? true)),
    limits: withoutCodes(
      state.limits,
      Object.keys(state.limits).filter((code) => !hasOpenAlarm(code)),
    ),
  };
}
