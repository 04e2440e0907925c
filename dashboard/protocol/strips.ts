/** The answer to `GET /api/strips`: the strips of a bed or of a patient in a time, without their samples. */
import { type Static, Type } from 'typebox';
import { Instant } from '../../contracts/messages/device.ts';
import { stripContents } from '../../contracts/messages/strips.ts';
import { priorities } from '../../contracts/priorities.ts';

const closed = { additionalProperties: false } as const;

/** The time of the onsets, by the server's clock; `to` is excluded. A bed or a patient must be given. */
export const StripsQuery = Type.Object(
  {
    from: Instant,
    to: Instant,
    ward: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    bed: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    patientId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  closed,
);
export type StripsQuery = Static<typeof StripsQuery>;

export const StripRow = Type.Object(
  {
    alarmId: Type.String(),
    onset: Type.Integer({ minimum: 1 }),
    /** The onset by the server's clock, ms since 1970. */
    onsetMs: Type.Integer(),
    priority: Type.Enum([...priorities]),
    text: Type.String(),
    content: Type.Enum([...stripContents]),
    isComplete: Type.Boolean(),
    places: Type.Array(Type.Object({ ward: Type.String(), bed: Type.Union([Type.String(), Type.Null()]) }, closed)),
    patient: Type.Union([
      Type.Object({ patientId: Type.String(), familyName: Type.String(), givenName: Type.String() }, closed),
      Type.Null(),
    ]),
  },
  closed,
);
export type StripRow = Static<typeof StripRow>;

export const Strips = Type.Object(
  {
    /** The newest onset first. */
    rows: Type.Array(StripRow),
    /** True: more strips match, and the list leaves out the older strips. */
    isCut: Type.Boolean(),
    /** False: the log no longer has all strips of the time, or some strips could not be opened. */
    isWhole: Type.Boolean(),
  },
  closed,
);
export type Strips = Static<typeof Strips>;
