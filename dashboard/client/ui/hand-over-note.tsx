/** The panel with the hand-over note of a patient, and the form to write, replace or clear the note. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { noteCharactersMax } from '../../../contracts/note-length.ts';
import type { Bed } from '../../protocol/rest.ts';
import { authorText, charactersLeft } from '../core/note-input.ts';
import { hasParts, type NoteInParts, noteFromParts, noteParts, partsOfNote } from '../core/note-parts.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { LongTextField, TextField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

/** @param isLive whether the stay is live on this screen. Only then can a person change the note */
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
        <h2>{t('Hand-over note')}</h2>
        <span class="bar__gap" />
        {mayEdit && !isEditing.value && (
          <button class="button button--small" type="button" data-testid="note-edit" onClick={() => setEditing(true)}>
            {note ? t('Change the note') : t('Write a note')}
          </button>
        )}
      </div>
      {noteUnknown && (
        <p class="form__problem" data-testid="note-unknown">
          {t('The note cannot be read now. There may be one.')}
        </p>
      )}
      {note && (
        <p class="patient__note" data-testid="note-text">
          <NoteText text={note.text} /> <span class="dim">({authorText(note, app.now.value)})</span>
        </p>
      )}
      {!note && !noteUnknown && (
        <p class="dim" data-testid="note-none">
          {t('No note for the next person.')}
        </p>
      )}
      {mayEdit && isEditing.value && <NoteForm bed={bed} onDone={() => setEditing(false)} />}
    </>
  );
}

/** Shows a note without parts as it was written. In a note with parts, each part begins a new line. */
function NoteText({ text }: { text: string }) {
  const parts = partsOfNote(text);
  if (!hasParts(parts)) return <>{text}</>;
  return (
    <>
      {parts.free !== '' && <span class="patient__part">{parts.free}</span>}
      {noteParts.map(
        ({ key, label }) =>
          parts[key] !== '' && (
            <span key={key} class="patient__part">
              <strong>{label}:</strong> {parts[key]}
            </span>
          ),
      )}
    </>
  );
}

function NoteForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const opened = useRef(bed.note);
  /**
   * Whether the server has refused the form because of a newer note. The page then shows the newer note above the form.
   */
  const isTold = useRef(false);
  const draft = useSignal(partsOfNote(bed.note?.text ?? ''));
  const showsParts = useSignal(hasParts(draft.peek()));
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const text = noteFromParts(draft.value);
  const left = charactersLeft(text);
  const form = useUnsaved(text !== (opened.current?.text ?? ''));

  function type(changed: Partial<NoteInParts>): void {
    draft.value = { ...draft.peek(), ...changed };
    problem.value = undefined;
  }

  /**
   * Shows a field for each part. If the person has typed the label of a part before a text, the text moves into the
   * field of this part.
   */
  function showParts(): void {
    draft.value = partsOfNote(noteFromParts(draft.peek()));
    showsParts.value = true;
  }

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
      aria-label={t('Hand-over note')}
      data-testid="note-form"
    >
      <LongTextField
        label={showsParts.value ? t('Other') : t('What the next person must know')}
        name="note"
        value={draft.value.free}
        onValue={(free) => type({ free })}
        autoFocus
      />
      {showsParts.value && <PartFields parts={draft.value} onChange={type} />}
      {!showsParts.value && (
        <button class="button button--small" type="button" data-testid="note-parts" onClick={showParts}>
          {t('Write in parts (I-PASS)')}
        </button>
      )}
      <p class="dim">
        {left < 0 ? t('{tooMany} characters too many', { tooMany: -left }) : t('{left} characters left', { left })}
      </p>
      <p class="dim">
        {t('Everybody who may see the patient reads it, with your name. It goes with the patient to another bed.')}
      </p>
      <UnsavedQuestion form={form} />
      <FormProblem text={problem.value} testId="note-problem" />
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="submit"
          disabled={busy.value || text === '' || left < 0}
          data-testid="note-save"
        >
          {t('Save')}
        </button>
        {bed.note && (
          <button
            class="button"
            type="button"
            disabled={busy.value}
            data-testid="note-clear"
            onClick={() => void save(null)}
          >
            {t('Clear the note')}
          </button>
        )}
        <button class="button" type="button" onClick={onDone}>
          {t('Cancel')}
        </button>
      </div>
    </form>
  );
}

type PartFieldsProps = { parts: NoteInParts; onChange: (changed: Partial<NoteInParts>) => void };

/** A field for each part of a note. Each field may stay empty. */
function PartFields({ parts, onChange }: PartFieldsProps) {
  return (
    <>
      {noteParts.map(({ key, label, help }) => (
        <TextField
          key={key}
          label={`${label}: ${help}`}
          name={`note-${key}`}
          value={parts[key]}
          onValue={(value) => onChange({ [key]: value })}
          maxLength={noteCharactersMax}
        />
      ))}
    </>
  );
}
