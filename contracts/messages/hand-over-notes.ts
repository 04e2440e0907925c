/** Messages about hand-over notes: a short text about a patient for the person who is responsible next. */
import { type Static, Type } from 'typebox';
import { noteCharactersMax } from '../note-length.ts';
import { Instant } from './device.ts';
import { Actor, AssociationId } from './records.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/**
 * In the topic `notes`, with the key `associationId`: a person wrote or cleared the note of a stay. `associationId` is
 * the association at which the first note of the stay was written. This id stays the same after the patient gets other
 * devices. The event has an effect only if the last event of this association has the id `replaces` (null: no note
 * yet). So if two persons write at the same time on two dashboards, one of the notes is refused.
 */
export const HandOverNoteEvent = Type.Object(
  {
    eventId: Id,
    associationId: AssociationId,
    /** By the dashboard's clock; only for people. */
    at: Instant,
    by: Actor,
    /** null: the note was cleared. */
    text: Type.Union([Type.String({ minLength: 1, maxLength: noteCharactersMax }), Type.Null()]),
    replaces: Type.Union([Id, Type.Null()]),
  },
  closed,
);
export type HandOverNoteEvent = Static<typeof HandOverNoteEvent>;

/** A note as screens show it. `noteId` is the id of its event. */
export const HandOverNote = Type.Object({ noteId: Id, text: Type.String(), by: Type.String(), at: Instant }, closed);
export type HandOverNote = Static<typeof HandOverNote>;
