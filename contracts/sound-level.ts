/**
 * Decides which alarms sound, and at which level. The page plays the sound; the server checks whether a screen plays
 * it.
 */
import { isUnanswered } from './acknowledgement.ts';
import { activePauseEndMs } from './audio-pause.ts';
import type { Alarm, Priority } from './messages/alarms.ts';

/**
 * Returns the level at which an alarm sounds; undefined if it needs no acknowledgement or its audio is paused. A
 * latched alarm still sounds: its condition has ended, but nobody has acknowledged it. A late alarm sounds as `low`,
 * because it is not about now.
 */
export function soundLevelOf(alarm: Alarm, nowMs: number): Priority | undefined {
  if (!isUnanswered(alarm) || activePauseEndMs(alarm.audioPausedUntil, nowMs) !== undefined) return undefined;
  return alarm.late ? 'low' : alarm.priority;
}

/** Returns the highest level at which one of the alarms sounds; undefined if none sounds. */
export function soundLevel(alarms: Iterable<Alarm>, nowMs: number): Priority | undefined {
  let highest: Priority | undefined;
  for (const alarm of alarms) {
    const level = soundLevelOf(alarm, nowMs);
    if (level === 'high') return 'high';
    if (level === 'medium' || highest === undefined) highest = level ?? highest;
  }
  return highest;
}
