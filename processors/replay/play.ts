/** Judges a capture: the engine that runs at the bedside, with a wall clock that runs from line to line. Pure. */
import { alarmText } from '../../contracts/alarm-text.ts';
import { captureAssociationId } from '../../contracts/capture.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { clocksApartMsMax } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import { calls } from '../alarms/core/alarm.ts';
import { type Environment, nextDue, type Step, step } from '../alarms/core/engine.ts';
import type { Input } from '../alarms/core/inputs.ts';
import { profileInForce } from '../alarms/core/judging.ts';
import { adultProfile } from '../alarms/core/profile.ts';
import { rearm } from '../alarms/core/rearm.ts';
import { initialState, type State } from '../alarms/core/state.ts';
import { type Captured, captureActor } from './capture.ts';

/**
 * What the engine tells of a capture, in the order in which it tells it. Between two lines it is woken whenever something is due, as
 * the processor wakes it, up to the last line. A line that was received a little before the one above it does not turn the clock back:
 * two gateways' clocks may differ. One that was received long before it shows that the server's clock was set back, and every timer
 * counts from there, as after a start of the processor. A period that begins after the end of another is another patient's.
 */
export function playCapture(env: Environment, captured: readonly Captured[]): AlarmEvent[] {
  const events: AlarmEvent[] = [];
  playSteps(env, captured, (result) => events.push(...result.events));
  return events;
}

/** The same, step by step. @param onStep gets each step: its events, and the state after it */
export function playSteps(env: Environment, captured: readonly Captured[], onStep: (result: Step) => void): void {
  let state = initialState(captureAssociationId);
  let now = Number.NEGATIVE_INFINITY;
  let periods = 1;

  const feed = (input: Input) => {
    const result = step(env, state, input, now);
    state = result.state;
    onStep(result);
  };
  for (const { atMs, input, line } of captured) {
    for (let due = nextDue(state); due <= atMs; due = nextDue(state)) {
      now = Math.max(now, due);
      feed({ type: 'tick' });
      // Due again at once: nothing will come of it.
      if (nextDue(state) <= due) break;
    }
    if (now - atMs > clocksApartMsMax) {
      now = atMs;
      state = rearm(state, profileInForce(env, state) ?? adultProfile, now);
    }
    now = Math.max(now, atMs);
    if (isNextPeriod(state, input)) {
      periods += 1;
      state = initialState(`${captureAssociationId}-${periods}`);
    }
    if (input !== 'acknowledge-all') feed(input);
    else for (const [n, alarmId] of calling(state).entries()) feed(acknowledgement(alarmId, `${line}-${n}`, now));
  }
}

function isNextPeriod({ association }: State, input: Captured['input']): boolean {
  const isOver = association !== null && association.endedAt !== null;
  return isOver && input !== 'acknowledge-all' && input.type === 'association' && input.endedAt === null;
}

/** The alarms that nobody has answered. */
function calling({ book }: State): string[] {
  return Object.values(book.live)
    .filter(calls)
    .map(({ alarm }) => alarm.alarmId);
}

function acknowledgement(alarmId: string, id: string, atMs: number): Input {
  const command = { associationId: captureAssociationId, at: formatInstant(atMs), by: captureActor, alarmId };
  return { type: 'command', command: { type: 'acknowledge', commandId: `capture-all-${id}`, ...command } };
}

/** One event as a person reads it: the time since the capture began, what happened, how grave, the text. */
export function eventLine({ type, at, alarm }: AlarmEvent, startMs: number): string {
  const seconds = Math.round((Date.parse(at) - startMs) / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${clock.padStart(8)}  ${type.padEnd(12)}  ${alarm.priority.padEnd(6)}  ${alarmText(alarm)}`;
}
