import { describe, expect, it } from 'vitest';
import { idOf } from '../../../contracts/duties.testing.ts';
import type { HandOverNoteEvent } from '../../../contracts/messages/hand-over-notes.ts';
import { openPoints, pointName, seenKeys } from '../../../contracts/open-points.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAssociations } from './beds.ts';
import { auditor, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import {
  changedText,
  decideNote,
  foldNote,
  type NoteBook,
  notesMax,
  placeNotes,
  shownNote,
} from './hand-over-notes.ts';
import { openAtBeds } from './open-at-beds.ts';
import { headOf } from './screen.ts';
import { emptyState, type LiveState } from './state.ts';

const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const hourMs = 3_600_000;
const at = (hours: number) => formatInstant(t0 + hours * hourMs);
const event = (n: number, associationId: string, fields: Partial<HandOverNoteEvent> = {}): HandOverNoteEvent => ({
  ...{ eventId: idOf(n), associationId, at: at(0), by, text: `note ${n}`, replaces: null },
  ...fields,
});
const bookOf = (...events: readonly HandOverNoteEvent[]) => {
  const book: NoteBook = new Map();
  for (const event of events) foldNote(book, event);
  return book;
};
/** Returns the text of the note at each bed on the screens. */
const shownTexts = (state: LiveState, book: NoteBook) => {
  placeNotes(state, book);
  return Object.fromEntries(
    [...state.beds.values()].map((bed) => [bed.associationId, shownNote(state, nurse, bed).note?.text]),
  );
};
const patient = (patientId: string) => ({ patientId, familyName: 'Made', givenName: 'Up', category: 'adult' }) as const;
const stay = (associationId: string, patientId: string, from: number, to: number | null, bed = '1') =>
  period(associationId, 'icu', { patient: patient(patientId), from: at(from), to: to === null ? null : at(to), bed });

describe('foldNote', () => {
  it('a new note replaces the former note of the same stay, and a cleared note is no note', () => {
    const [first, second] = [event(1, 'assoc-01'), event(2, 'assoc-01', { replaces: idOf(1) })];
    expect(bookOf(first, second).get('assoc-01')).toEqual(second);
    const state = emptyState();
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    const cleared = event(3, 'assoc-01', { replaces: idOf(2), text: null });
    expect(shownTexts(state, bookOf(first, second))).toEqual({ 'assoc-01': 'note 2' });
    expect(shownTexts(state, bookOf(first, second, cleared))).toEqual({ 'assoc-01': undefined });
  });

  it('of two notes that replace the same note, only the first in the log has an effect, on every dashboard', () => {
    const book = bookOf(event(1, 'assoc-01'));
    expect(foldNote(book, event(2, 'assoc-01', { replaces: idOf(1) }))).toBe(true);
    expect(foldNote(book, event(3, 'assoc-01', { replaces: idOf(1) }))).toBe(false);
    expect(foldNote(book, event(4, 'assoc-01'))).toBe(false);
    expect(book.get('assoc-01')?.eventId).toBe(idOf(2));
  });

  it('a repeated event has no second effect', () => {
    const book = bookOf(event(1, 'assoc-01'));
    expect(foldNote(book, event(1, 'assoc-01'))).toBe(true);
    expect(foldNote(book, event(2, 'assoc-01', { replaces: idOf(1) }))).toBe(true);
    expect(foldNote(book, event(1, 'assoc-01'))).toBe(false);
    expect(book.get('assoc-01')?.eventId).toBe(idOf(2));
  });

  it('above the maximum number of notes, the note that was changed longest ago is forgotten', () => {
    const book: NoteBook = new Map();
    for (let n = 0; n <= notesMax; n += 1) foldNote(book, event(1, `assoc-${n}`));
    expect([book.size, book.has('assoc-0'), book.has('assoc-1')]).toEqual([notesMax, false, true]);
  });
});

describe('placeNotes', () => {
  it('the note goes with the patient to another bed and ward, and the next patient in the bed does not get it', () => {
    const state = emptyState();
    const book = bookOf(event(1, 'assoc-01'));
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null, '1')));
    expect(shownTexts(state, book)).toEqual({ 'assoc-01': 'note 1' });
    foldAssociations(state, table('d1', 2, { ...stay('assoc-01', 'P', 0, null, '2'), ward: 'step' }));
    foldAssociations(state, table('d2', 1, stay('assoc-02', 'Q', 1, null, '1')));
    expect(shownTexts(state, book)).toEqual({ 'assoc-01': 'note 1', 'assoc-02': undefined });
  });

  it('after a discharge, no patient gets the note: not the next patient in the bed, and not the discharged patient who comes back', () => {
    const state = emptyState();
    const book = bookOf(event(1, 'assoc-01'));
    const former = stay('assoc-01', 'P', 0, 1);
    foldAssociations(state, table('d1', 2, former, stay('assoc-02', 'Q', 1, 2)));
    expect(shownTexts(state, book)).toEqual({});
    foldAssociations(state, table('d1', 3, former, stay('assoc-02', 'Q', 1, null)));
    expect(shownTexts(state, book)).toEqual({ 'assoc-02': undefined });
    foldAssociations(state, table('d2', 1, stay('assoc-03', 'P', 1, null, '2')));
    expect(shownTexts(state, book)).toEqual({ 'assoc-02': undefined, 'assoc-03': undefined });
  });

  it('all devices of the patient show the note, and it stays if the first device is replaced by another', () => {
    const state = emptyState();
    const book = bookOf(event(1, 'assoc-01'));
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    foldAssociations(state, table('d2', 1, stay('assoc-02', 'P', 1, null)));
    expect(shownTexts(state, book)).toEqual({ 'assoc-01': 'note 1', 'assoc-02': 'note 1' });
    foldAssociations(state, table('d1', 2, stay('assoc-01', 'P', 0, 2)));
    foldAssociations(state, table('d3', 1, stay('assoc-03', 'P', 3, null)));
    expect(shownTexts(state, book)).toEqual({ 'assoc-02': 'note 1', 'assoc-03': 'note 1' });
    // A change at the new device replaces the note of the stay.
    const bed = state.beds.get('assoc-03')!;
    const decision = decideNote(bed, { text: 'new', seen: idOf(1) }, { by, nowMs: t0, eventId: idOf(2) });
    expect(decision).toMatchObject({ ok: true, event: { associationId: 'assoc-01', replaces: idOf(1) } });
  });

  it('the newest of two notes of one stay is shown, and the older one does not come back when the newest is cleared', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    foldAssociations(state, table('d2', 1, stay('assoc-02', 'P', 0, null)));
    const two = [event(1, 'assoc-02'), event(2, 'assoc-01')];
    expect(shownTexts(state, bookOf(...two))).toEqual({ 'assoc-01': 'note 2', 'assoc-02': 'note 2' });
    const cleared = event(3, 'assoc-01', { replaces: idOf(2), text: null });
    expect(shownTexts(state, bookOf(...two, cleared))).toEqual({ 'assoc-01': undefined, 'assoc-02': undefined });
  });

  it('a bed without a patient has no note, and a patient whose data are corrected keeps the note', () => {
    const state = emptyState();
    const book = bookOf(event(1, 'assoc-01'), event(2, 'assoc-02'));
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    foldAssociations(state, table('d2', 1, { ...stay('assoc-02', 'Q', 0, null, '2'), patient: null }));
    foldAssociations(state, table('d1', 2, stay('assoc-01', 'P-right', 0, null)));
    expect(shownTexts(state, book)).toEqual({ 'assoc-01': 'note 1', 'assoc-02': undefined });
  });

  it('placeNotes gives the header data of a bed a new change number only if the note of the bed changed', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    const book = bookOf(event(1, 'assoc-01'));
    placeNotes(state, book);
    const changeNo = state.changeNo;
    placeNotes(state, book);
    expect(state.changeNo).toBe(changeNo);
  });
});

describe('who sees a note', () => {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
  placeNotes(state, bookOf(event(1, 'assoc-01', { text: 'left \u202eside' })));
  const bed = state.beds.get('assoc-01')!;

  it('a nurse and a physician see a note with its author, and with misleading characters made visible', () => {
    const note = { noteId: idOf(1), text: 'left \\u{202e}side', by: 'Nora', at: at(0) };
    for (const viewer of [nurse, everywhere]) expect(headOf(state, viewer, bed).note).toEqual(note);
  });

  it.each([
    ['a technician', technician],
    ['an auditor', auditor],
    ['a locked screen', { ...nurse, locked: true } as const],
  ])('%s does not get a note', (_, viewer) => {
    expect(JSON.stringify(headOf(state, viewer, bed))).not.toContain('note');
  });

  it('while the server cannot read the notes, the header data of the bed show that there may be a note', () => {
    const unread = { ...state, areNotesRead: false };
    expect(shownNote(unread, nurse, bed)).toEqual({ noteUnknown: true });
    expect(shownNote(unread, technician, bed)).toEqual({});
  });
});

describe('a note as an open point', () => {
  const open = (note: ReturnType<typeof shownNote>['note']) =>
    openPoints({ associationId: 'assoc-01', alarms: [], standby: null, limits: null, note }, t0);
  const note = (n: number) => ({ noteId: idOf(n), text: 'Fasting', by: 'Nora', at: at(0) });
  it.each([
    ['the same note counts as seen', note(1), note(1), true],
    ['a note where there was no note before counts as new', undefined, note(1), false],
    ['another note with the same text counts as new', note(1), note(2), false],
    ['after a note was cleared, no point is new', note(1), undefined, true],
  ])('%s', (_, first, second, expected) => {
    const seen = seenKeys(open(first));
    expect(open(second).every(({ key }) => seen.includes(key))).toBe(expected);
  });

  it('the name of the open point does not contain the text of the note, because the audit trail contains the name', () => {
    expect(open(note(1)).map(pointName)).toEqual(['note of Nora']);
  });

  it('the note of a patient with two devices is one open point', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
    foldAssociations(state, table('d2', 1, stay('assoc-02', 'P', 0, null)));
    placeNotes(state, bookOf(event(1, 'assoc-01')));
    expect(openAtBeds(state, nurse, { ward: 'icu', beds: undefined }, t0)).toMatchObject([
      { bed: '1', points: [{ type: 'note' }] },
    ]);
  });
});

describe('decideNote', () => {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, stay('assoc-01', 'P', 0, null)));
  foldAssociations(state, table('d2', 1, { ...stay('assoc-02', 'Q', 0, null, '2'), patient: null }));
  placeNotes(state, bookOf(event(1, 'assoc-01')));
  const decideAt = (associationId: string, text: string | null, seen: string | null) =>
    decideNote(state.beds.get(associationId)!, { text, seen }, { by, nowMs: t0, eventId: idOf(9) });

  it.each([
    [
      'a new note if the form did not show the present note',
      'assoc-01',
      'new',
      null,
      changedText(event(1, 'assoc-01')),
    ],
    ['a note for a bed without a patient', 'assoc-02', 'new', null, /^No patient is at this bed/],
  ])('decideNote refuses %s', (_, associationId, text, seen, message) => {
    expect(decideAt(associationId, text, seen)).toEqual({
      ok: false,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('a note can be cleared; then a form that showed no note can write a new note', () => {
    const cleared = decideAt('assoc-01', null, idOf(1));
    expect(cleared).toMatchObject({ ok: true, event: { text: null, replaces: idOf(1), at: at(0), by } });
    const bed = { ...state.beds.get('assoc-01')!, note: event(2, 'assoc-01', { text: null, replaces: idOf(1) }) };
    const context = { by, nowMs: t0, eventId: idOf(9) };
    expect(decideNote(bed, { text: null, seen: null }, context)).toMatchObject({ ok: false });
    expect(decideNote(bed, { text: 'x', seen: null }, context)).toMatchObject({ event: { replaces: idOf(2) } });
  });
});
