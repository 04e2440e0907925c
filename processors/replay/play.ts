/** Plays a capture to the engine of the alarm processor. The wall clock moves from line to line. Pure. */
import { alarmText } from '../../contracts/alarm-text.ts';
import { captureAssociationId } from '../../contracts/capture.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import { isCalling } from '../alarms/core/alarm.ts';
import type { Step } from '../alarms/core/engine.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Input } from '../alarms/core/inputs.ts';
import { initialState, type State } from '../alarms/core/state.ts';
import { type CaptureLine, captureActor } from './capture.ts';
import { createPlayer } from './core/player.ts';

/**
 * Returns the events of a capture, in the order in which the engine makes them (core/player.ts describes the clock). A
 * period that begins after the end of another period belongs to another patient.
 */
export function playCapture(env: Environment, lines: readonly CaptureLine[]): AlarmEvent[] {
  const events: AlarmEvent[] = [];
  playSteps(env, lines, (result) => events.push(...result.events));
  return events;
}

/** Plays a capture. @param onStep is called with the result of each step of the engine */
export function playSteps(env: Environment, lines: readonly CaptureLine[], onStep: (result: Step) => void): void {
  const player = createPlayer(env, initialState(captureAssociationId), onStep);
  let periods = 1;
  for (const { atMs, input, line } of lines) {
    player.passTo(atMs);
    if (isNextPatient(player.state, input)) {
      periods += 1;
      player.replaceState(initialState(`${captureAssociationId}-${periods}`));
    }
    if (input !== 'acknowledge-all') player.feed(input);
    else
      for (const [index, alarmId] of callingIds(player.state).entries())
        player.feed(acknowledgement(alarmId, `${line}-${index}`, player.now));
  }
}

function isNextPatient({ association }: State, input: CaptureLine['input']): boolean {
  const hasEnded = association !== null && association.endedAt !== null;
  return hasEnded && input !== 'acknowledge-all' && input.type === 'association' && input.endedAt === null;
}

/** Returns the ids of the alarms that call. */
function callingIds({ book }: State): string[] {
  return Object.values(book.live)
    .filter(isCalling)
    .map(({ alarm }) => alarm.alarmId);
}

function acknowledgement(alarmId: string, id: string, atMs: number): Input {
  const command = { associationId: captureAssociationId, at: formatInstant(atMs), by: captureActor, alarmId };
  return { type: 'command', command: { type: 'acknowledge', commandId: `capture-all-${id}`, ...command } };
}

/**
 * Returns an event as a line of text: the time since the start of the capture, the type, the priority, and the text of
 * the alarm.
 */
export function eventLine({ type, at, alarm }: AlarmEvent, startMs: number): string {
  const seconds = Math.round((Date.parse(at) - startMs) / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${clock.padStart(8)}  ${type.padEnd(12)}  ${alarm.priority.padEnd(6)}  ${alarmText(alarm)}`;
}
