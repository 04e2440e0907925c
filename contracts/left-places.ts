/**
 * The places that have nobody after a change of the assignment board. The person confirms them before the server saves
 * the change.
 */
import { type Static, Type } from 'typebox';
import { duties } from './duty-names.ts';

/** A place that somebody covers now and nobody covers after the change. */
export const LeftPlace = Type.Object(
  {
    duty: Type.Enum([...duties]),
    /** Absent for a duty of the whole ward. */
    bed: Type.Optional(Type.String()),
    /** The name of the person who has this place but is away. Somebody else covers this place now. */
    coveredFor: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type LeftPlace = Static<typeof LeftPlace>;
