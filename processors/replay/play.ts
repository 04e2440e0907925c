/** Judges a capture with the engine that runs at the bedside; the wall clock moves from line to line. Pure. */
import { alarmText } from '../../contracts/alarm-text.ts';
import { captureAssociationId } from '../../contracts/capture.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import { calls } from '../alarms/core/alarm.ts';
import type { Step } from '../alarms/core/engine.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Input } from '../alarms/core/inputs.ts';
import { initialState, type State } from '../alarms/core/state.ts';
import { type Captured, captureActor } from './capture.ts';
import { createPlayer } from './core/player.ts';

/**
 * Returns the events of a capture in the order in which the engine makes them (core/player.ts: its clock). A period that begins after the
 * end of another belongs to another patient.
 */
export function playCapture(env: Environment, captured: readonly Captured[]): AlarmEvent[] {
  const events: AlarmEvent[] = [];
  playSteps(env, captured, (result) => events.push(...result.events));
  return events;
}

/** Does the same step by step. @param onStep gets each step: its events, and the state after it */
export function playSteps(env: Environment, captured: readonly Captured[], onStep: (result: Step) => void): void {
  const player = createPlayer(env, initialState(captureAssociationId), onStep);
  let periods = 1;
  for (const { atMs, input, line } of captured) {
    player.passTo(atMs);
    if (isNextPeriod(player.state, input)) {
      periods += 1;
      player.begin(initialState(`${captureAssociationId}-${periods}`));
    }
    if (input !== 'acknowledge-all') player.feed(input);
    else
      for (const [n, alarmId] of calling(player.state).entries())
        player.feed(acknowledgement(alarmId, `${line}-${n}`, player.now));
  }
}

function isNextPeriod({ association }: State, input: Captured['input']): boolean {
  const isOver = association !== null && association.endedAt !== null;
  return isOver && input !== 'acknowledge-all' && input.type === 'association' && input.endedAt === null;
}

/** Returns the alarms that nobody has acknowledged. */
function calling({ book }: State): string[] {
  return Object.values(book.live)
    .filter(calls)
    .map(({ alarm }) => alarm.alarmId);
}

function acknowledgement(alarmId: string, id: string, atMs: number): Input {
  const command = { associationId: captureAssociationId, at: formatInstant(atMs), by: captureActor, alarmId };
  return { type: 'command', command: { type: 'acknowledge', commandId: `capture-all-${id}`, ...command } };
}

/** Returns one event as a line for a person: the time since the start of the capture, what happened, the priority, the text. */
export function eventLine({ type, at, alarm }: AlarmEvent, startMs: number): string {
  const seconds = Math.round((Date.parse(at) - startMs) / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${clock.padStart(8)}  ${type.padEnd(12)}  ${alarm.priority.padEnd(6)}  ${alarmText(alarm)}`;
}
