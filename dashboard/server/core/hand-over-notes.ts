/**
 * The hand-over notes of patients. A note belongs to the patient's stay, not to the bed: it goes with the patient to
 * another bed, and is not shown for the next patient in the bed.
 */
import type { HandOverNote, HandOverNoteEvent } from '../../../contracts/messages/hand-over-notes.ts';
import type { Actor, AssociationPeriod } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { NoteBody } from '../../protocol/notes.ts';
import { may, type Viewer } from './rights.ts';
import { type BedState, type LiveState, markHeaderChanged } from './state.ts';

/**
 * Maximum number of stays whose note is remembered (ours). Above this number, the note that was changed longest ago is
 * forgotten.
 */
export const notesMax = 20_000;

/** The last event of each note by `associationId`, the newest last. A cleared note has an event, too. */
export type NoteBook = Map<string, HandOverNoteEvent>;

/**
 * Folds an event into the book. Returns false if the event has no effect, because another event has already replaced
 * the note that this event replaces.
 */
export function foldNote(book: NoteBook, event: HandOverNoteEvent): boolean {
  const { associationId, eventId, replaces } = event;
  const former = book.get(associationId);
  if (former?.eventId === eventId) return true;
  if ((former?.eventId ?? null) !== replaces) return false;
  book.delete(associationId);
  book.set(associationId, event);
  if (book.size > notesMax) book.delete(book.keys().next().value!);
  return true;
}

/**
 * Gives each bed the newest note of its patient's stay. Called after each change of a note, and every few seconds,
 * because devices change.
 */
export function placeNotes(state: LiveState, book: NoteBook): void {
  const notes = book.size === 0 ? new Map<string, HandOverNoteEvent>() : notesOfBeds(state, book);
  for (const bed of state.beds.values()) {
    const note = bed.period?.patient ? notes.get(bed.associationId) : undefined;
    if (note?.eventId === bed.note?.eventId) continue;
    bed.note = note;
    markHeaderChanged(state, bed);
  }
}

function notesOfBeds(state: LiveState, book: NoteBook): Map<string, HandOverNoteEvent> {
  const stayAt = staysOfBeds(state);
  const notes = new Map<string, HandOverNoteEvent>();
  for (const [associationId, event] of book) for (const id of stayAt(associationId)) notes.set(id, event);
  return notes;
}

/**
 * Returns a function that finds the stay of an association. The function returns all associations of this stay; an
 * empty list if the patient is in no bed now.
 */
export function staysOfBeds(state: LiveState): (associationId: string) => readonly string[] {
  const present = new Set([...state.beds.values()].map(({ period }) => period?.patient?.patientId));
  const periodsOf = new Map<string, AssociationPeriod[]>();
  const patientOf = new Map<string, string>();
  for (const { periods } of state.associations.values())
    for (const period of periods) {
      const patientId = period.patient?.patientId;
      if (patientId === undefined || !present.has(patientId)) continue;
      patientOf.set(period.associationId, patientId);
      periodsOf.set(patientId, [...(periodsOf.get(patientId) ?? []), period]);
    }
  return (associationId) => stayOf(associationId, periodsOf.get(patientOf.get(associationId) ?? '') ?? []);
}

/**
 * Returns the associations of the stay to which an association belongs. These are the patient's associations whose
 * times overlap the time of this association, or the time of another association of the stay. So the note stays if the
 * patient gets another device before the first device is removed. A patient who was without a device has a new stay,
 * and gets no old note.
 * @param periods the periods of this patient
 */
export function stayOf(associationId: string, periods: readonly AssociationPeriod[]): string[] {
  const stay = periods.filter((period) => period.associationId === associationId);
  for (const member of stay)
    stay.push(...periods.filter((period) => !stay.includes(period) && overlap(member, period)));
  return stay.map((period) => period.associationId);
}

function overlap(a: AssociationPeriod, b: AssociationPeriod): boolean {
  return fromMs(a) < toMs(b) && fromMs(b) < toMs(a);
}

const fromMs = ({ from }: AssociationPeriod) => parseInstant(from) ?? Number.POSITIVE_INFINITY;
const toMs = ({ to }: AssociationPeriod) => (to === null ? Number.POSITIVE_INFINITY : (parseInstant(to) ?? 0));

/**
 * The fields about the note in the header data of a bed. A note may name the patient, so a locked screen does not get
 * it.
 */
export type ShownNote = { readonly note?: HandOverNote; readonly noteUnknown?: true };

export function shownNote({ areNotesRead }: LiveState, viewer: Viewer, { note, period }: BedState): ShownNote {
  if (!period?.patient || viewer.locked || !may(viewer, 'view-patients')) return {};
  if (!areNotesRead) return { noteUnknown: true };
  if (!note || note.text === null) return {};
  const { eventId, text, by, at } = note;
  return { note: { noteId: eventId, text: visibleText(text), by: visibleText(by.name), at } };
}

export type NoteDecision =
  | { readonly ok: true; readonly event: HandOverNoteEvent }
  | { readonly ok: false; readonly message: string };

/**
 * Decides a change of the note of a bed's patient.
 * @param eventId a new UUID
 */
export function decideNote(
  { note, period, associationId }: BedState,
  { text, seen }: NoteBody,
  { by, nowMs, eventId }: { readonly by: Actor; readonly nowMs: number; readonly eventId: string },
): NoteDecision {
  if (!period?.patient) return refused('No patient is at this bed, so a note would be about nobody.');
  const shownId = note && note.text !== null ? note.eventId : null;
  if (shownId !== seen) return refused(changedText(note));
  if (text === null && shownId === null) return refused('There is no note to clear.');
  const event: HandOverNoteEvent = {
    eventId,
    associationId: note?.associationId ?? associationId,
    at: formatInstant(nowMs),
    by,
    text,
    replaces: note?.eventId ?? null,
  };
  return { ok: true, event };
}

/** Returns the refusal for a person who has not seen the last change of the note. */
export function changedText(note: HandOverNoteEvent | undefined): string {
  const who = note
    ? `${visibleText(note.by.name)} has ${note.text === null ? 'cleared' : 'written'} it`
    : 'somebody has changed it';
  return `Not saved: ${who} since you opened it. Read the note that is shown now, and save again.`;
}

const refused = (message: string): NoteDecision => ({ ok: false, message });
