/** The panel with the hand-over note of a patient, and the form to write, replace or clear the note. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Bed } from '../../protocol/rest.ts';
import { authorText, charactersLeft, noteOf } from '../core/note-input.ts';
import { useApp } from '../shell/app.ts';
import { LongTextField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

/** @param isLive whether the stay is live on this screen; otherwise the note cannot be changed */
export function HandOverNotePanel({ bed, isLive }: { bed: Bed; isLive: boolean }) {
  const app = useApp();
  const isEditing = useSignal(false);
  const { note, noteUnknown } = bed;
  const mayEdit = isLive && !noteUnknown && app.may('write-note');
  const setEditing = (isOpen: boolean) => {
    isEditing.value = isOpen;
  };
  return (
    <>
      <div class="alarms__head">
        <h2>Hand-over note</h2>
        <span class="bar__gap" />
        {mayEdit && !isEditing.value && (
          <button class="button button--small" type="button" data-testid="note-edit" onClick={() => setEditing(true)}>
            {note ? 'Change the note' : 'Write a note'}
          </button>
        )}
      </div>
      {noteUnknown && (
        <p class="form__problem" data-testid="note-unknown">
          The note cannot be read now. There may be one.
        </p>
      )}
      {note && (
        <p class="patient__note" data-testid="note-text">
          {note.text} <span class="dim">({authorText(note, app.now.value)})</span>
        </p>
      )}
      {!note && !noteUnknown && (
        <p class="dim" data-testid="note-none">
          No note for the next person.
        </p>
      )}
      {mayEdit && isEditing.value && <NoteForm bed={bed} onDone={() => setEditing(false)} />}
    </>
  );
}

function NoteForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const opened = useRef(bed.note);
  /** After a refusal, the person has been told to read the note that the panel shows above the form. */
  const isTold = useRef(false);
  const draft = useSignal(bed.note?.text ?? '');
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const text = noteOf(draft.value);
  const left = charactersLeft(draft.value);
  useUnsaved(text !== (opened.current?.text ?? ''));

  async function save(newText: string | null) {
    if (busy.peek()) return;
    busy.value = true;
    const seen = (isTold.current ? bed.note : opened.current)?.noteId ?? null;
    const answer = await app.api.writeNote(bed.associationId, { text: newText, seen });
    busy.value = false;
    if (answer.ok) return onDone();
    problem.value = answer.message;
    if (answer.status === 409) isTold.current = true;
  }

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== '' && left >= 0) void save(text);
      }}
      noValidate
      aria-label="Hand-over note"
      data-testid="note-form"
    >
      <LongTextField
        label="What the next person must know"
        name="note"
        value={draft.value}
        onValue={(value) => {
          draft.value = value;
          problem.value = undefined;
        }}
        autoFocus
      />
      <p class="dim">{left < 0 ? `${-left} characters too many` : `${left} characters left`}</p>
      <p class="dim">
        Everybody who may see the patient reads it, with your name. It goes with the patient to another bed.
      </p>
      <UnsavedQuestion />
      <FormProblem text={problem.value} testId="note-problem" />
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="submit"
          disabled={busy.value || text === '' || left < 0}
          data-testid="note-save"
        >
          Save
        </button>
        {bed.note && (
          <button
            class="button"
            type="button"
            disabled={busy.value}
            data-testid="note-clear"
            onClick={() => void save(null)}
          >
            Clear the note
          </button>
        )}
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
