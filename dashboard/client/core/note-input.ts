/** Texts and input of the hand-over note of a patient. */
import type { HandOverNote } from '../../../contracts/messages/hand-over-notes.ts';
import { noteCharactersMax } from '../../../contracts/note-length.ts';
import { shortTime } from './times.ts';

/** Returns the typed text as it is saved: one line, without spaces at its ends. */
export function noteOf(typed: string): string {
  return typed.trim().replace(/\s+/g, ' ');
}

/** Returns how many more characters the note may have; below 0 the note is too long. */
export function charactersLeft(typed: string): number {
  return noteCharactersMax - [...noteOf(typed)].length;
}

/** Returns who wrote the note and when, for example `Nora Nurse, 07:10`. */
export function authorText({ by, at }: Pick<HandOverNote, 'by' | 'at'>, nowMs: number): string {
  return `${by}, ${shortTime(at, nowMs)}`;
}
