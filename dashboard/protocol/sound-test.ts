/**
 * The test of the sound of a ward: one screen plays the three alarm signals once, and a person says whether she or he
 * heard them.
 */
import { type Static, Type } from 'typebox';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const TestId = Type.String({ pattern: '^[0-9a-f-]{36}$' });

/** The body of `POST /api/wards/:ward/sound/test`. */
export const BeginTestBody = Type.Object(
  {
    /** The id of the page of the person, as in the reports of the page. */
    screen: TestId,
    /** The id of the page that plays the signals, as in `TestPlace`. If absent, the page of the person plays them. */
    at: Type.Optional(TestId),
    /**
     * Only from pages of an older version. The server refuses `wall`, because the record could not name the screen that
     * played.
     */
    where: Type.Optional(Type.Enum(['here', 'wall'])),
  },
  closed,
);
export type BeginTestBody = Static<typeof BeginTestBody>;

/** The answer to `POST /api/wards/:ward/sound/test`. */
export const TestBegun = Type.Object({ test: TestId }, closed);
export type TestBegun = Static<typeof TestBegun>;

/** The body of `POST /api/wards/:ward/sound/test/answer`. */
export const TestAnswerBody = Type.Object({ test: TestId, heard: Type.Boolean() }, closed);
export type TestAnswerBody = Static<typeof TestAnswerBody>;

/** In a heartbeat: another screen of the ward, whose sound a person at this screen can test. */
export const TestPlace = Type.Object(
  {
    ward: Ward,
    /** The id of the page on the other screen. */
    screen: TestId,
    /** `display`: a wall display. `owner`: a person's screen that has the sound of the ward. */
    kind: Type.Enum(['display', 'owner']),
    /** The name of the account of the other screen. */
    name: Type.String({ maxLength: 120 }),
  },
  closed,
);
export type TestPlace = Static<typeof TestPlace>;

/** In a heartbeat: a test that runs now in a ward of the screen. */
export const SoundTest = Type.Object(
  {
    /** Absent if the test runs at another server. */
    test: Type.Optional(TestId),
    ward: Ward,
    /** The name of the person who began the test. */
    person: Type.String({ maxLength: 120 }),
    /** Present if this screen plays the signals. */
    plays: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type SoundTest = Static<typeof SoundTest>;
