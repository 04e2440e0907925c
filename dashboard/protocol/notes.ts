/** The bodies about hand-over notes. No `node:` import here: the browser's build reads this file. */
import { type Static, Type } from 'typebox';
import { noteCharactersMax } from '../../contracts/note-length.ts';

const closed = { additionalProperties: false } as const;

/**
 * The body of `POST /api/associations/:associationId/note`: the new hand-over note of the patient, or null to clear the note. `seen` is the
 * `noteId` that the form showed; null if it showed no note. If there is another note now: 409.
 */
export const NoteBody = Type.Object(
  {
    text: Type.Union([Type.String({ minLength: 1, maxLength: noteCharactersMax }), Type.Null()]),
    seen: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]),
  },
  closed,
);
export type NoteBody = Static<typeof NoteBody>;

/** The 200 answer to a change of a note: this server shows the change. */
export const NoteSaved = Type.Object({ eventId: Type.String() }, closed);
export type NoteSaved = Static<typeof NoteSaved>;
