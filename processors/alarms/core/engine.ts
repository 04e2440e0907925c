/**
 * The alarm engine of one association: a pure state machine, `(state, input, now) → {state, events}`. Each detector has
 * its own part of the state and judges readings by the device's time. After each input the engine updates the alarms
 * once, from all conditions that hold. The wall clock (`now`) only decides about silence, and about times that run out:
 * escalation, re-alarm, pauses, standby, notices, limits that are off, late values, waiting acknowledgements, and the
 * alarm about a fault of the code. The same inputs give the same alarms, even if inputs are repeated, or if the engine
 * stops and continues from a saved state.
 */
import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { isLateReading } from '../../../contracts/device-clock.ts';
import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { arrivalConditions, giveUp, silenceChainOf } from './arrival-alarms.ts';
import {
  type ArrivalsPart,
  arrivalsAfterStandby,
  noteReading,
  noticeSilentParameters,
  parameterSilenceDue,
  shortestIntervalMs,
  takeDeclaredInterval,
} from './arrivals.ts';
import { associate } from './associate.ts';
import { type BookContext, bookDue, closeAll, reconcile, tick } from './book.ts';
import { endLimitsOff, limitsOffDue, runCommand } from './commands.ts';
import type { Condition } from './condition.ts';
import { continuityConditions, continuityCounts, missingReadingsKey, noteNumber } from './continuity.ts';
import { type Counts, countReading } from './counts.ts';
import { crossingConditions } from './crossing.ts';
import {
  callingChainsOf,
  deviceConditions,
  deviceSilenceDue,
  endOutdatedClockError,
  noticeSilentDevice,
  type ReadingFacts,
  takeConnection,
  takeDeviceStatus,
  takeReading,
} from './device.ts';
import { doubledConditions, noteDoubled } from './doubled.ts';
import type { EngineResult } from './engine-result.ts';
import type { Environment } from './environment.ts';
import { noteStartId } from './identity.ts';
import type { AlertsInput, Input, ObservationInput, StatusInput } from './inputs.ts';
import { isPeriodOver, isScored, judgeAgain, profileInForce, rulesIn, rulesOf, scoreRulesIn } from './judging.ts';
import { endLate, judgeValues, lateDue, limitConditions, type ReceivedValue, withoutCodes } from './limits.ts';
import { endFault, faultConditions, faultDue, noteSuccess } from './not-judged.ts';
import { endExpiredNotices, noticeConditions, noticesDue, takeNotice } from './notices.ts';
import { conditionsOfDevice, latchedKeysOf, ownAlertConditions, takeAlertList } from './own-alerts.ts';
import { adultProfile } from './profile.ts';
import { noProfileConditions } from './profile-missing.ts';
import { isHeartRateJudged, noteRates, pulseRate, ratesConditions, ratesNow } from './rates.ts';
import { isBeyondAny, rulesFor } from './rules.ts';
import { withOneCallPerCause } from './same-cause.ts';
import { scoresConditions, scoreValues } from './scores/scores.ts';
import { noteSeen } from './seen.ts';
import { endExpiredStandby, hidingRuleOf, standbyAfterValues, standbyDue } from './standby.ts';
import type { State } from './state.ts';

export type Step = {
  readonly state: State;
  readonly events: readonly AlarmEvent[];
  /** The answer, if the input is a command. */
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};

/**
 * Returns the state and the events after one input.
 * @param now wall clock, ms since 1970: the present time for a live input, the time of receipt for a replayed input
 * @throws after a tick, if a time in the state is not a number: then no later tick would be due
 */
export function step(env: Environment, before: State, input: Input, now: number): Step {
  const context = contextOf(env, before, input, now);
  const afterTime = passTime(env, before, context);
  const judged = noteWork(takeInput(env, withDevice(afterTime.state, input), input, context), input, now);
  const settled = settle(env, judged, afterTime.endings, context);
  if (input.type === 'tick' && Number.isNaN(nextDue(settled.state)))
    throw new Error('A time in the state is not a number. Silence would never be noticed.');
  const isSettledOnly = afterTime.events.length === 0 && judged.events === undefined;
  const events = isSettledOnly ? settled.events : [...afterTime.events, ...(judged.events ?? []), ...settled.events];
  const { answer, counts } = judged;
  return { state: settled.state, events, ...(answer && { answer }), ...(counts && { counts }) };
}

/**
 * Notes the success of an input, if the engine's code had failed before. A repeated reading is no success, because it
 * is not judged.
 */
function noteWork(result: EngineResult, input: Input, now: number): EngineResult {
  const { fault } = result.state;
  if (fault === undefined) return result;
  const codes = input.type === 'observation' ? input.values.map(({ code }) => code) : [];
  const noted = result.counts?.repeats === undefined ? noteSuccess(fault, input.type, codes) : fault;
  return { ...result, state: { ...result.state, fault: endFault(noted, now) } };
}

function withDevice(state: State, input: Input): State {
  const deviceId = 'deviceId' in input ? input.deviceId : undefined;
  return deviceId === undefined || deviceId === state.deviceId ? state : { ...state, deviceId };
}

function takeInput(env: Environment, state: State, input: Input, context: BookContext): EngineResult {
  switch (input.type) {
    case 'observation':
      return takeObservation(env, state, input, context.now);
    case 'status':
      if (isPeriodOver(state)) return { state, endAt: input.receivedAt };
      return { state: takeStatus(state, input, context.now), endAt: input.time ?? input.receivedAt };
    case 'alerts':
      return takeAlerts(env, state, input);
    case 'connection':
      if (isPeriodOver(state)) return { state, endAt: input.receivedAt };
      return { state: { ...state, device: takeConnection(state.device, input, context.now) }, endAt: input.receivedAt };
    case 'notice':
      if (isPeriodOver(state)) return { state, endAt: input.receivedAt };
      return {
        state: {
          ...state,
          notices: takeNotice(state.notices, input, context.now),
          device: endOutdatedClockError(state.device, input),
        },
        endAt: input.receivedAt,
      };
    case 'association':
      return associate(env, state, input, context.now);
    case 'profiles':
      return { state: judgeAgain(env, state, rulesOf(input.before, state.overrides)), endAt: context.now };
    case 'command':
      return runCommand(env, state, input, context);
    case 'tick':
      return { state, endAt: context.now };
  }
}

function takeStatus(state: State, input: StatusInput, now: number): State {
  const device = takeDeviceStatus(state.device, input, now);
  const isNewInterval = input.intervalMs !== undefined && device.status !== state.device.status;
  return {
    ...state,
    device,
    arrivals: isNewInterval ? takeDeclaredInterval(state.arrivals, input.intervalMs) : state.arrivals,
  };
}

/** Updates the alarms from the conditions that hold. */
function settle(
  env: Environment,
  judged: EngineResult,
  endings: ReadonlyMap<string, number>,
  context: BookContext,
): Step {
  const { state, endAt, episodes = [] } = judged;
  const result = isPeriodOver(state)
    ? closeAll(state.book, [...brokenLimits(state), ...conditionsOfDevice(episodes)], endAt, context)
    : reconcile(
        state.book,
        allConditions(env, state),
        episodes,
        (key) => endings.get(key) ?? endAt,
        context,
        callingChainsOf(state.device),
        hidingRuleOf(state.standby, state.device, state.arrivals),
      );
  return { state: result.part === state.book ? state : { ...state, book: result.part }, events: result.events };
}

const brokenLimits = ({ limits, arrivals, rates }: State) => limitConditions(limits, ratesNow(rates, arrivals));

function takeAlerts(env: Environment, state: State, input: AlertsInput): EngineResult {
  const { part, episodes } = takeAlertList(state.ownAlerts, input, {
    codes: env.alertCodes?.() ?? builtInAlertCodes,
    late: isLateReading(state.device.clock, input.time, input.receivedAt),
    latched: latchedKeysOf(Object.entries(state.book.live)),
    isEnded: isPeriodOver(state),
  });
  return { state: { ...state, ownAlerts: part }, endAt: input.time, episodes };
}

function allConditions(env: Environment, state: State): readonly Condition[] {
  const isUnassigned = state.association?.category === 'unassigned';
  const all = [...brokenLimits(state)];
  // Nearly all lists are empty, so a loop is faster than copies of the lists.
  const add = (conditions: readonly Condition[]) => {
    for (const condition of conditions) all.push(condition);
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
  add(faultConditions(state.fault, state.association?.category ?? null));
  return all.length === 0 ? all : withOneCallPerCause(all);
}

/** Handles a reading. A repeated reading changes nothing. */
function takeObservation(env: Environment, state: State, input: ObservationInput, now: number): EngineResult {
  const { seen, repeat } = noteSeen(state.seen, input.boot, input.seq, input.time);
  if (repeat) return { state, endAt: input.time, counts: { repeats: 1 } };
  const rulesOfParameter = rulesIn(env, state);
  const isBeyond = (parameter: Parameter, value: number) =>
    isBeyondAny(rulesFor(parameter, rulesOfParameter(parameter), false), value);
  const { boot, seq, time, receivedAt, values, intervalMs } = input;
  const numbered = input.start !== undefined;
  const reading = { boot, seq, time, receivedAt, values, numbered, declaredMs: intervalMs ?? null };
  const { part: noted, received } = noteReading(state.arrivals, reading, isBeyond, now);
  const { part: arrivals, codes: givenUp } = giveUp(noted, (chain) => isSilenceAcknowledged(state, chain));
  const judged = judgeValues(withoutCodes(state.limits, givenUp), received, rulesOfParameter, now);
  const isSeen = state.book.live[missingReadingsKey]?.acknowledged ?? false;
  const standby = standbyAfterValues(state.standby, received, (numeric) => mayRaiseAlarm(numeric, isBeyond), now);
  const isEnded = isPeriodOver(state);
  const hasPatient = state.association?.category !== 'unassigned' && !isEnded;
  const { part: identityPart, notice: identityNotice } = noteStartId(state.identity, input);
  const continuity = hasPatient
    ? noteNumber(state.continuity, { boot, seq, time, receivedAt }, isSeen)
    : state.continuity;
  const next: State = {
    ...state,
    seen,
    arrivals: state.standby !== null && standby === null ? arrivalsAfterStandby(arrivals) : arrivals,
    limits: judged.part,
    device: isEnded ? state.device : takeReading(state.device, input, readingFactsOf(arrivals, received), now),
    rates: noteRates(state.rates, received),
    doubled: noteDoubled(state.doubled, input),
    continuity,
    scores: isScored(state) ? scoreValues(state.scores, received, scoreRulesIn(env, state)) : state.scores,
    standby,
    identity: isEnded ? state.identity : identityPart,
    notices: identityNotice && !isEnded ? takeNotice(state.notices, identityNotice, now) : state.notices,
  };
  const hasNoOtherCounts = continuity.holes === state.continuity.holes && !identityNotice;
  const counts = hasNoOtherCounts
    ? countReading(input, received)
    : {
        ...countReading(input, received),
        ...continuityCounts(state.continuity, continuity, { boot, seq }),
        ...(identityNotice && !isEnded && { sharedIdentity: 1 }),
      };
  // While the heart rate is judged, the pulse is not judged.
  const dropsPulse = judged.episodes.length > 0 && isHeartRateJudged(arrivals);
  const episodes = dropsPulse
    ? judged.episodes.filter(({ condition }) => condition.code !== pulseRate)
    : judged.episodes;
  return { state: next, endAt: time, episodes, counts };
}

/** Returns whether a value may raise an alarm: a valid value, or a questionable value beyond a limit. */
function mayRaiseAlarm(numeric: NumericValue, isBeyond: (parameter: Parameter, value: number) => boolean): boolean {
  const value = usableNumber(numeric);
  return value !== undefined && (numeric.validity === undefined || isBeyond(parameters.get(numeric.code)!, value));
}

/** Returns what the values of a reading show about the device. */
function readingFactsOf(arrivals: ArrivalsPart, received: readonly ReceivedValue[]): ReadingFacts {
  const intervalMs = shortestIntervalMs(arrivals);
  if (received.length === 0) return { intervalMs };
  let offsetMs = 0;
  let isAllLate = true;
  for (const { numeric, late } of received) {
    const valueOffsetMs = arrivals.codes[numeric.code]!.clock.offsetMs;
    if (Math.abs(valueOffsetMs) > Math.abs(offsetMs)) offsetMs = valueOffsetMs;
    if (!late) isAllLate = false;
  }
  return { late: isAllLate, offsetMs, intervalMs };
}

/**
 * Returns whether a person has acknowledged a technical alarm of a sensor, and each other alarm of the sensor's
 * parameters is acknowledged too or must not call.
 */
function isSilenceAcknowledged({ book, standby }: State, chain: string): boolean {
  // On standby no parameter is given up, because all parameters are measured again when the patient is back.
  if (standby !== null) return false;
  const sensorAlarms = Object.values(book.live).filter(({ alarm }) => {
    const parameter = parameters.get(alarm.code ?? '');
    return parameter !== undefined && silenceChainOf(parameter) === chain;
  });
  const isSilenceSeen = sensorAlarms.some(({ alarm, acknowledged }) => alarm.kind === 'technical' && acknowledged);
  return isSilenceSeen && sensorAlarms.every(({ acknowledged, subsumed }) => acknowledged || subsumed);
}

function contextOf(env: Environment, state: State, input: Input, now: number): BookContext {
  const deviceId = ('deviceId' in input ? input.deviceId : undefined) ?? state.deviceId ?? 'unknown';
  const profile = profileInForce(env, state) ?? adultProfile;
  return { now, profile, associationId: state.associationId, deviceId, hash: env.hash };
}

/**
 * Applies the changes that are due by the wall clock, before the input. `endings`: device times at which conditions of
 * late values ended.
 */
function passTime(
  env: Environment,
  state: State,
  context: BookContext,
): Step & { readonly endings: ReadonlyMap<string, number> } {
  if (nextDue(state) > context.now) return { state, events: [], endings: noEndings };
  const { now } = context;
  const late = endLate(state.limits, now);
  const { part: book, events } = tick(state.book, context);
  const next: State = {
    ...state,
    book,
    limits: late.part,
    notices: endExpiredNotices(state.notices, now),
    device: noticeSilentDevice(state.device, now),
    arrivals: isPeriodOver(state) ? state.arrivals : noticeSilentParameters(state.arrivals, now),
    standby: endExpiredStandby(state.standby, now),
  };
  return { state: endLimitsOff(env, next, now), events, endings: late.endings };
}

const noEndings: ReadonlyMap<string, number> = new Map();

/** Returns the earliest wall-clock time at which a tick may change something; infinity if no time is set. */
export function nextDue(state: State): number {
  const silent = isPeriodOver(state) ? Number.POSITIVE_INFINITY : parameterSilenceDue(state.arrivals);
  return Math.min(
    bookDue(state.book),
    deviceSilenceDue(state.device),
    noticesDue(state.notices),
    lateDue(state.limits),
    limitsOffDue(state),
    standbyDue(state.standby),
    faultDue(state.fault),
    silent,
  );
}
