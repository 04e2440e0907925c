/**
 * The bodies of the requests and answers about hand-over notes. No `node:` import here: the browser's build reads this
 * file.
 */
import { type Static, Type } from 'typebox';
import { noteCharactersMax, taskCharactersMax } from '../../contracts/note-length.ts';

const closed = { additionalProperties: false } as const;

/**
 * The body of `POST /api/associations/:associationId/note`: the new hand-over note of the patient, or null to clear the
 * note. `seen` is the `noteId` of the note that the form showed; null if the form showed no note. The answer is 409 if
 * the patient has a different note now.
 */
export const NoteBody = Type.Object(
  {
    text: Type.Union([Type.String({ minLength: 1, maxLength: noteCharactersMax }), Type.Null()]),
    seen: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]),
  },
  closed,
);
export type NoteBody = Static<typeof NoteBody>;

const Id = Type.String({ minLength: 1, maxLength: 64 });

/**
 * The body of `POST /api/associations/:associationId/tasks`: a new task, or a change of a task. `seen` is the `eventId`
 * of the task that the page showed. The answer is 409 if the task has changed since.
 */
export const TaskBody = Type.Union([
  Type.Object(
    { act: Type.Literal('written'), text: Type.String({ minLength: 1, maxLength: taskCharactersMax }) },
    closed,
  ),
  Type.Object({ act: Type.Enum(['done', 'reopened', 'withdrawn']), taskId: Id, seen: Id }, closed),
]);
export type TaskBody = Static<typeof TaskBody>;

/**
 * The 200 answer to a change of a note or a task. The server sends the answer after it has read the change from Kafka,
 * so the server's screens show the change.
 */
export const NoteSaved = Type.Object({ eventId: Type.String() }, closed);
export type NoteSaved = Static<typeof NoteSaved>;
