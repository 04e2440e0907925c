/**
 * The alarm engine of one association: a pure state machine, `(state, input, now) → {state, events}`. Each detector judges readings by the
 * device's own time and has its own part of the state. Then the engine updates the alarms once, from all conditions that hold. The wall
 * clock (`now`) only notices silence and the age of an unanswered call. The same inputs give the same alarms. Repeated inputs, and a stop
 * and restart from the saved state at any place, change nothing.
 */
import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { arrivalConditions, giveUp, silenceChainOf } from './arrival-alarms.ts';
import {
  type ArrivalsPart,
  afterStandby,
  declare,
  fastestMs,
  initialArrivals,
  note as noteArrivals,
  noticeSilent,
  silentDue,
} from './arrivals.ts';
import { bookDue, closeAll, type Desk, reconcile, tick } from './book.ts';
import { command, endLimitsOff, limitsOffDue } from './commands.ts';
import type { Condition } from './condition.ts';
import { continuityConditions, continuityCounts, missingKey, number } from './continuity.ts';
import { type Counts, countReading } from './counts.ts';
import { crossingConditions } from './crossing.ts';
import {
  awaitFirst,
  connection,
  deviceConditions,
  endClockMeasure,
  type Heard,
  hear,
  isLate,
  noticeSilence,
  silenceDue,
  standing,
  status,
} from './device.ts';
import { doubled, doubledConditions } from './doubled.ts';
import type { Environment } from './environment.ts';
import { identity } from './identity.ts';
import type { AlertsInput, AssociationInput, Input, ObservationInput, StatusInput } from './inputs.ts';
import type { Judged } from './judged.ts';
import { isOver, isScored, profileInForce, refolded, rulesIn, rulesOf, scoreRulesIn } from './judging.ts';
import { type Came, conditionsOf, endLate, lateDue, limits, without } from './limits.ts';
import { endNotices, notice, noticeConditions, noticesDue } from './notices.ts';
import { latchedOf, ofDevice, ownAlertConditions, ownAlerts, withoutAlerts } from './own-alerts.ts';
import { adultProfile } from './profile.ts';
import { noProfileConditions } from './profile-missing.ts';
import { isHeartRateJudged, pulseRate, rates, ratesConditions, ratesNow } from './rates.ts';
import { isBeyondAny, rulesFor } from './rules.ts';
import { asOneCall } from './same-cause.ts';
import { initialScores, scoresConditions, scoreValues } from './scores/scores.ts';
import { note as noteSeen } from './seen.ts';
import { afterValues, endStandby, hiding, standbyDue } from './standby.ts';
import type { State } from './state.ts';

export type Step = {
  readonly state: State;
  readonly events: readonly AlarmEvent[];
  /** The answer to a command. */
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};

/**
 * Takes one input.
 * @param now wall clock, ms since 1970: the present for a live input, the time of receipt for a replayed one
 */
export function step(env: Environment, before: State, input: Input, now: number): Step {
  const desk = deskOf(env, before, input, now);
  const passed = passTime(env, before, desk);
  const judged = take(env, withDevice(passed.state, input), input, desk);
  const settled = settle(env, judged, passed.endings, desk);
  const isPlain = passed.events.length === 0 && judged.events === undefined;
  const events = isPlain ? settled.events : [...passed.events, ...(judged.events ?? []), ...settled.events];
  const { answer, counts } = judged;
  return { state: settled.state, events, ...(answer && { answer }), ...(counts && { counts }) };
}

function withDevice(state: State, input: Input): State {
  const deviceId = 'deviceId' in input ? input.deviceId : undefined;
  return deviceId === undefined || deviceId === state.deviceId ? state : { ...state, deviceId };
}

function take(env: Environment, state: State, input: Input, desk: Desk): Judged {
  switch (input.type) {
    case 'observation':
      return observe(env, state, input, desk.now);
    case 'status':
      if (isOver(state)) return { state, endAt: input.receivedAt };
      return { state: hearStatus(state, input, desk.now), endAt: input.time ?? input.receivedAt };
    case 'alerts':
      return heed(env, state, input);
    case 'connection':
      if (isOver(state)) return { state, endAt: input.receivedAt };
      return { state: { ...state, device: connection(state.device, input, desk.now) }, endAt: input.receivedAt };
    case 'notice':
      if (isOver(state)) return { state, endAt: input.receivedAt };
      return {
        state: {
          ...state,
          notices: notice(state.notices, input, desk.now),
          device: endClockMeasure(state.device, input),
        },
        endAt: input.receivedAt,
      };
    case 'association':
      return associate(env, state, input, desk.now);
    case 'profiles':
      return { state: refolded(env, state, rulesOf(input.before, state.overrides)), endAt: desk.now };
    case 'command':
      return command(env, state, input.command, desk);
    case 'tick':
      return { state, endAt: desk.now };
  }
}

function hearStatus(state: State, input: StatusInput, now: number): State {
  const device = status(state.device, input, now);
  const isNews = input.intervalMs !== undefined && device.status !== state.device.status;
  return { ...state, device, arrivals: isNews ? declare(state.arrivals, input.intervalMs) : state.arrivals };
}

/** Updates the alarms from the conditions that hold, once for each input. */
function settle(env: Environment, judged: Judged, endings: ReadonlyMap<string, number>, desk: Desk): Step {
  const { state, endAt, episodes = [] } = judged;
  const result = isOver(state)
    ? closeAll(state.book, [...brokenLimits(state), ...ofDevice(episodes)], endAt, desk)
    : reconcile(
        state.book,
        allConditions(env, state),
        episodes,
        (key) => endings.get(key) ?? endAt,
        desk,
        standing(state.device),
        hiding(state.standby, state.device, state.arrivals),
      );
  return { state: result.part === state.book ? state : { ...state, book: result.part }, events: result.events };
}

const brokenLimits = ({ limits, arrivals, rates }: State) => conditionsOf(limits, ratesNow(rates, arrivals));

/** Takes the list of the device's own alarms. */
function heed(env: Environment, state: State, input: AlertsInput): Judged {
  const { part, episodes } = ownAlerts(state.ownAlerts, input, {
    codes: env.alertCodes?.() ?? builtInAlertCodes,
    late: isLate(state.device, input.time, input.receivedAt),
    latched: latchedOf(Object.entries(state.book.live)),
    over: isOver(state),
  });
  return { state: { ...state, ownAlerts: part }, endAt: input.time, episodes };
}

function allConditions(env: Environment, state: State): readonly Condition[] {
  const isUnassigned = state.association?.category === 'unassigned';
  const found = [...brokenLimits(state)];
  // Nearly always the lists are empty, so this avoids copying them.
  const add = (conditions: readonly Condition[]) => {
    for (const condition of conditions) found.push(condition);
  };
  add(arrivalConditions(state.arrivals));
  add(deviceConditions(state.device, !isUnassigned));
  add(ratesConditions(state.rates));
  add(doubledConditions(state.doubled));
  add(continuityConditions(state.continuity));
  add(noticeConditions(state.notices));
  if (isScored(state)) add(scoresConditions(state.scores, scoreRulesIn(env, state)));
  add(noProfileConditions(state, profileInForce(env, state) !== undefined));
  add(crossingConditions(env, state));
  add(ownAlertConditions(state.ownAlerts));
  return found.length === 0 ? found : asOneCall(found);
}

function observe(env: Environment, state: State, input: ObservationInput, now: number): Judged {
  const { seen, repeat } = noteSeen(state.seen, input.boot, input.seq, input.time);
  if (repeat) return { state, endAt: input.time, counts: { repeats: 1 } };
  const judgedBy = rulesIn(env, state);
  const isBeyond = (parameter: Parameter, value: number) =>
    isBeyondAny(rulesFor(parameter, judgedBy(parameter), false), value);
  const { boot, seq, time, receivedAt, values, intervalMs } = input;
  const numbered = input.start !== undefined;
  const reading = { boot, seq, time, receivedAt, values, numbered, declaredMs: intervalMs ?? null };
  const { part: noted, came } = noteArrivals(state.arrivals, reading, isBeyond, now);
  const { part: arrivals, codes: gone } = giveUp(noted, (chain) => isAnswered(state, chain));
  const judged = limits(without(state.limits, gone), came, judgedBy, now);
  const isSeen = state.book.live[missingKey]?.acknowledged ?? false;
  const standby = afterValues(state.standby, came, (numeric) => mayCall(numeric, isBeyond), now);
  const over = isOver(state);
  const concerned = state.association?.category !== 'unassigned' && !over;
  const { part: identityPart, found } = identity(state.identity, input);
  const continuity = concerned ? number(state.continuity, { boot, seq, time, receivedAt }, isSeen) : state.continuity;
  const next: State = {
    ...state,
    seen,
    arrivals: standby === state.standby ? arrivals : afterStandby(arrivals),
    limits: judged.part,
    device: over ? state.device : hear(state.device, input, heardOf(arrivals, came), now),
    rates: rates(state.rates, came),
    doubled: doubled(state.doubled, input),
    continuity,
    scores: isScored(state) ? scoreValues(state.scores, came, scoreRulesIn(env, state)) : state.scores,
    standby,
    identity: over ? state.identity : identityPart,
    notices: found && !over ? notice(state.notices, found, now) : state.notices,
  };
  const isPlain = continuity.holes === state.continuity.holes && !found;
  const counts = isPlain
    ? countReading(input, came)
    : {
        ...countReading(input, came),
        ...continuityCounts(state.continuity, continuity, { boot, seq }),
        ...(found && !over && { sharedIdentity: 1 }),
      };
  const hasPulse = judged.episodes.length > 0 && isHeartRateJudged(arrivals);
  const episodes = hasPulse ? judged.episodes.filter(({ condition }) => condition.code !== pulseRate) : judged.episodes;
  return { state: next, endAt: time, episodes, counts };
}

/** Returns whether a value may raise an alarm: it is valid, or it is questionable and beyond a limit. */
function mayCall(numeric: NumericValue, isBeyond: (parameter: Parameter, value: number) => boolean): boolean {
  const value = usableNumber(numeric);
  return value !== undefined && (numeric.validity === undefined || isBeyond(parameters.get(numeric.code)!, value));
}

/** Returns whether any value of a reading is current, and how often the device should send. Undefined if no parameter is known. */
function heardOf(arrivals: ArrivalsPart, came: readonly Came[]): Heard {
  const intervalMs = fastestMs(arrivals);
  if (came.length === 0) return { intervalMs };
  let offsetMs = 0;
  let isAllLate = true;
  for (const { numeric, late } of came) {
    const own = arrivals.codes[numeric.code]!.clock.offsetMs;
    if (Math.abs(own) > Math.abs(offsetMs)) offsetMs = own;
    if (!late) isAllLate = false;
  }
  return { late: isAllLate, offsetMs, intervalMs };
}

/** Returns whether a person has acknowledged the alarm about a silence, and every other alarm of the silent parameters. */
function isAnswered({ book, standby }: State, chain: string): boolean {
  // On standby no parameter is given up: it is measured again when the patient is back.
  if (standby !== null) return false;
  const about = Object.values(book.live).filter(({ alarm }) => {
    const parameter = parameters.get(alarm.code ?? '');
    return parameter !== undefined && silenceChainOf(parameter) === chain;
  });
  const isSaid = about.some(({ alarm, acknowledged }) => alarm.kind === 'technical' && acknowledged);
  return isSaid && about.every(({ acknowledged, subsumed }) => acknowledged || subsumed);
}

function deskOf(env: Environment, state: State, input: Input, now: number): Desk {
  const deviceId = ('deviceId' in input ? input.deviceId : undefined) ?? state.deviceId ?? 'unknown';
  const profile = profileInForce(env, state) ?? adultProfile;
  return { now, profile, associationId: state.associationId, deviceId, hash: env.hash };
}

/** Does what the wall clock makes due before the input is taken. `endings`: when the conditions of late values ended. */
function passTime(
  env: Environment,
  state: State,
  desk: Desk,
): Step & { readonly endings: ReadonlyMap<string, number> } {
  if (nextDue(state) > desk.now) return { state, events: [], endings: noEndings };
  const { now } = desk;
  const late = endLate(state.limits, now);
  const { part: book, events } = tick(state.book, desk);
  const next: State = {
    ...state,
    book,
    limits: late.part,
    notices: endNotices(state.notices, now),
    device: noticeSilence(state.device, now),
    arrivals: isOver(state) ? state.arrivals : noticeSilent(state.arrivals, now),
    standby: endStandby(state.standby, now),
  };
  return { state: endLimitsOff(env, next, now), events, endings: late.endings };
}

const noEndings: ReadonlyMap<string, number> = new Map();

/** Returns the wall clock at which a tick next does something; infinity if only an input can. */
export function nextDue(state: State): number {
  const silent = isOver(state) ? Number.POSITIVE_INFINITY : silentDue(state.arrivals);
  return Math.min(
    bookDue(state.book),
    silenceDue(state.device),
    noticesDue(state.notices),
    lateDue(state.limits),
    limitsOffDue(state),
    standbyDue(state.standby),
    silent,
  );
}

/**
 * Takes a change of the patient at the device. At the end of a period every condition ends and every alarm leaves, whether a person has
 * seen it or not.
 */
function associate(env: Environment, before: State, input: AssociationInput, now: number): Judged {
  const { category, ward, endedAt, from } = input;
  const next: State = { ...before, association: { category, ward, endedAt } };
  // A device without a patient has one association, before and after each patient. Its old measurements are dropped when it is free again.
  const state = isOver(before) ? { ...next, arrivals: initialArrivals, limits: {} } : next;
  if (endedAt === null) {
    const awaits = from !== undefined && category !== null && category !== 'unassigned';
    const device = awaits ? awaitFirst(state.device, from, now) : state.device;
    return { state: refolded(env, { ...state, device }, rulesIn(env, before)), endAt: now };
  }
  const continuity = { ...state.continuity, holes: [], since: null };
  const device = {
    ...state.device,
    armed: false,
    returning: false,
    silentSince: null,
    disconnectedSince: null,
    own: {},
  };
  const ended = {
    continuity,
    notices: {},
    limits: {},
    standby: null,
    scores: initialScores,
    ownAlerts: withoutAlerts(state.ownAlerts),
  };
  return { state: { ...state, device, ...ended }, endAt: endedAt };
}
