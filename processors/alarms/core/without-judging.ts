/**
 * What still works for a patient while the engine's own code fails for this patient. The state stays as it was before
 * the failure. Only the alarms in the book go on: an alarm says that nothing is judged, all alarms escalate and call
 * again, people can acknowledge and pause them, and alarms end with the patient's time at the device. Each alarm is
 * handled separately, because one of the alarms may be the reason of the failure. Pure.
 */
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { LiveAlarm } from './alarm.ts';
import { type BookContext, type BookResult, closeAll, initialBook, reconcile, tick } from './book.ts';
import type { BookPart } from './book-part.ts';
import { refuseCommand, runCommand, seenRefusal } from './commands.ts';
import type { Step } from './engine.ts';
import type { EngineResult } from './engine-result.ts';
import type { Environment } from './environment.ts';
import type { CommandInput, Input } from './inputs.ts';
import { intervalOf, noDataMsOf } from './interval.ts';
import { isPeriodOver, profileInForce } from './judging.ts';
import { type EngineTask, faultConditions, type NotedFailure, noteFailure, notJudgedKey } from './not-judged.ts';
import { adultProfile } from './profile.ts';
import type { State } from './state.ts';

const refusal = 'Not done: a fault in Vigil stops the judging of this bed.';

export type EngineFailure = {
  /** Absent: nothing has failed now. Only the clock has moved since an earlier failure. */
  readonly task?: EngineTask;
  /** The input at which the code failed. */
  readonly input?: Input;
  /** The onset of the alarm, if it is known: ms since 1970. */
  readonly since?: number | undefined;
};

/**
 * Returns the state and the events after a failure. A failed command raises no alarm, because its answer says that the
 * command failed. But if a person has seen the command as accepted, the failure raises the alarm.
 */
export function stepWithoutJudging(env: Environment, before: State, failure: EngineFailure, now: number): Step {
  const { task, input } = failure;
  const context = contextOf(env, before, input, now);
  const since = failure.since ?? (input && 'receivedAt' in input ? Math.min(input.receivedAt, now) : now);
  const fault =
    task === undefined || (task === 'command' && !wasAccepted(input))
      ? before.fault
      : noteFailure(
          before.fault,
          { task: taskToSucceed(task, before), since, noDataMs: noDataMsIn(before, input) },
          now,
        );
  const started: State = { ...before, fault, book: { ...initialBook, ...before.book } };
  const taken = input === undefined ? { state: started, endAt: now } : takeInput(env, started, input, context);
  const raised = withAlarm(taken.state, context);
  const passed = passTime(raised.part, context);
  const events = [...(taken.events ?? []), ...raised.events, ...passed.events];
  return {
    state: { ...taken.state, book: passed.part },
    events,
    ...(taken.answer && { answer: taken.answer }),
  };
}

/**
 * Returns the task that must succeed before the alarm ends. After a failed restore, a reading must be judged: the
 * engine may be empty, and an empty engine notices no silence. If the device has no patient, no reading is needed,
 * because such a device may be switched off for weeks, and the alarm would stay until then.
 */
const taskToSucceed = (task: EngineTask, { association }: State): EngineTask =>
  task === 'restore' && association?.category !== 'unassigned' ? 'observation' : task;

/** Returns the parameters of a reading that failed, and after which time without a value each parameter is silent. */
function noDataMsIn({ arrivals }: State, input: Input | undefined): NotedFailure['noDataMs'] {
  if (input?.type !== 'observation') return {};
  const entries = input.values.flatMap(({ code }) => {
    const parameter = parameters.get(code);
    if (parameter === undefined) return [];
    const knownMs = attempt(() => arrivals.codes[code]?.intervalMs);
    return [[code, noDataMsOf(knownMs ?? intervalOf(parameter, input.intervalMs ?? null, []))] as const];
  });
  return Object.fromEntries(entries);
}

function contextOf(env: Environment, state: State, input: Input | undefined, now: number): BookContext {
  const profile = attempt(() => profileInForce(env, state)) ?? adultProfile;
  const deviceId = (input && 'deviceId' in input ? input.deviceId : undefined) ?? state.deviceId ?? 'unknown';
  return { now, profile, associationId: state.associationId, deviceId, hash: env.hash };
}

const wasAccepted = (input: Input | undefined) => input?.type === 'command' && input.answer?.accepted === true;

function takeInput(env: Environment, state: State, input: Input, context: BookContext): EngineResult {
  if (input.type === 'command') return runWithoutJudging(env, state, input, context);
  if (input.type !== 'association' || input.endedAt === null) return { state, endAt: context.now };
  // The patient's time at the device has ended. All alarms leave the screens.
  const { category, ward, endedAt } = input;
  const { part: book, events } = closeEach(state.book, endedAt, context);
  return { state: { ...state, association: { category, ward, endedAt }, book }, endAt: endedAt, events };
}

/** Ends all alarms. An alarm about which the code fails leaves the screens too. */
function closeEach(book: BookPart, endedAt: number, context: BookContext): BookResult {
  const events: AlarmEvent[] = [];
  let part: BookPart = { ...book, live: {}, pause: null };
  for (const [key, live] of Object.entries(book.live)) {
    const closed = attempt(() => closeAll({ ...part, live: { [key]: live } }, [], endedAt, context));
    if (closed) part = closed.part;
    events.push(...(closed?.events ?? clearedOnly(live, context)));
  }
  return { part, events };
}

/** Returns the event that removes an alarm from the screens; no event if the screens cannot have the alarm. */
function clearedOnly({ alarm }: Partial<LiveAlarm>, { now }: BookContext): readonly AlarmEvent[] {
  if (alarm?.alarmId === undefined || !Number.isSafeInteger(alarm.rev)) return [];
  const at = formatInstant(now);
  const cleared = { ...alarm, rev: alarm.rev + 1, present: false, signal: 'off', resolvedAt: at } as const;
  return [{ type: 'cleared', at, alarm: cleared }];
}

function runWithoutJudging(env: Environment, state: State, input: CommandInput, context: BookContext): EngineResult {
  const { command } = input;
  const isAboutAlarms = command.type === 'acknowledge' || command.type === 'pause-audio';
  const done = isAboutAlarms ? attempt(() => runCommand(env, state, input, context)) : undefined;
  return done ?? refuseCommand(state, command, context, seenRefusal(input.answer) ?? refusal);
}

/** Raises the alarm that nothing is judged, unless it is present. */
function withAlarm(state: State, context: BookContext): BookResult {
  const { book } = state;
  const [condition] = isPeriodOver(state) ? [] : faultConditions(state.fault, state.association?.category ?? null);
  const live = book.live[notJudgedKey];
  if (condition === undefined || live?.alarm.present) return { part: book, events: [] };
  const raise = (part: BookPart) => reconcile(part, [condition], [], () => context.now, context);
  const raised = attempt(() => raise({ ...book, live: live ? { [notJudgedKey]: live } : {} }));
  if (raised === undefined) {
    const { part, events } = raise(initialBook);
    return { part: { ...book, live: { ...book.live, ...part.live } }, events };
  }
  const { closed, held, pause } = raised.part;
  return { part: { ...book, closed, held, pause, live: { ...book.live, ...raised.part.live } }, events: raised.events };
}

/** Applies to each alarm the changes that are due by the wall clock. */
function passTime(book: BookPart, context: BookContext): BookResult {
  const events: AlarmEvent[] = [];
  let part = book;
  for (const [key, live] of Object.entries(book.live)) {
    const passed = attempt(() => tick({ ...part, held: [], live: { [key]: live } }, context));
    if (passed === undefined || passed.events.length === 0) continue;
    events.push(...passed.events);
    part = { ...part, pause: passed.part.pause, live: { ...part.live, ...passed.part.live } };
  }
  return { part, events };
}

/**
 * Returns the result of a task; undefined if the task throws. The error is not reported, because the failure that led
 * to this code is reported already.
 */
function attempt<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
