/**
 * What server and pages exchange about the sound of a ward: parts of the live messages, and the bodies of the routes
 * with which a person takes the sound and gives it back. No `node:` import here: the browser's build reads this file.
 */
import { type Static, Type } from 'typebox';
import { Ward } from './rest.ts';
import { SoundTest, TestPlace } from './sound-test.ts';

const closed = { additionalProperties: false } as const;
const ScreenId = Type.String({ pattern: '^[0-9a-f-]{36}$' });
const SteadyMs = Type.Integer({ minimum: 0 });

/** The body of `POST /api/wards/:ward/sound`. `screen`: the id of the page, as its reports name it. */
export const TakeSoundBody = Type.Object({ screen: ScreenId }, closed);
export type TakeSoundBody = Static<typeof TakeSoundBody>;

/** The sound settings that a person can choose at a screen. */
export const ScreenSettings = Type.Object(
  {
    volume: Type.Enum(['full', 'middle', 'low']),
    /** `ward`: the hours of the ward. `nightly`: each night (contracts/night-hours.ts). `off`: no fixed hours. */
    night: Type.Enum(['ward', 'off', 'nightly']),
    /** What a person did about the present night at this screen; absent if nothing. */
    byHand: Type.Optional(Type.Enum(['begun', 'ended'])),
    /** Whether the screen is in night mode now. */
    isNight: Type.Boolean(),
  },
  closed,
);
export type ScreenSettings = Static<typeof ScreenSettings>;

/** What the audio of a page does at the moment of a report. */
export const PageSound = Type.Object(
  {
    /** A random id of the page, which lasts until the page is loaded again. */
    screen: ScreenId,
    /** `beat` of the newest heartbeat that the page has read. So the server knows that the report was made after this heartbeat. */
    beat: SteadyMs,
    /** The page's steady clock, ms. The next heartbeat returns it, so that the page knows how old the heartbeat may be. */
    at: SteadyMs,
    /** `on`: the audio of the browser runs. `blocked`: the browser allows no sound, or its audio plays nothing. */
    audio: Type.Enum(['on', 'blocked', 'failed']),
    /** The sound that plays now; absent if none plays. */
    level: Type.Optional(Type.Enum(['high', 'medium', 'low', 'lost'])),
    /** Only if the last heartbeat of the server asked for it (`asksSettings`). */
    settings: Type.Optional(ScreenSettings),
  },
  closed,
);
export type PageSound = Static<typeof PageSound>;

/**
 * Why the screen that has the sound of a ward does not sound it. `away`: it has no connection. `silent`: its page is
 * stuck, or has not answered yet. `hidden`: its browser tab is hidden. `blocked`: its browser plays no sound.
 * `other-ward`: it shows another ward. `not-shown`: it has not painted an alarm of the ward. `not-sounding`: it plays
 * no sound, or the sound of something else.
 */
export const WhyUnheard = Type.Enum(['away', 'silent', 'hidden', 'blocked', 'other-ward', 'not-shown', 'not-sounding']);
export type WhyUnheard = Static<typeof WhyUnheard>;

const whose = {
  ward: Ward,
  /** The name of the person who took the sound. */
  person: Type.String({ maxLength: 120 }),
  /** Present if the screen that gets this message has the sound. */
  isOwn: Type.Optional(Type.Literal(true)),
};

/**
 * Which screen has the sound of a ward. `sounding`: it has sounded all alarms of the ward that should sound, `soundedAgoMs`
 * before the server sent this message. `unheard`: it has the sound, but does not sound. `elsewhere`: a screen of another
 * server has the sound. Only `sounding` lets another screen be silent.
 */
export const WardSound = Type.Union([
  Type.Object({ ...whose, state: Type.Literal('sounding'), soundedAgoMs: SteadyMs }, closed),
  Type.Object({ ...whose, state: Type.Literal('unheard'), why: WhyUnheard }, closed),
  Type.Object({ ...whose, state: Type.Literal('elsewhere') }, closed),
]);
export type WardSound = Static<typeof WardSound>;

/**
 * A wall display that should have the sound of its ward, as its account says, and does not have it. `asked`: a person
 * wants every screen to sound. `silent`: its page has not said yet what its audio does.
 */
export const DisplaySound = Type.Object(
  {
    ward: Ward,
    /** The name of the account. */
    display: Type.String({ maxLength: 120 }),
    why: Type.Enum(['blocked', 'hidden', 'silent', 'asked']),
  },
  closed,
);
export type DisplaySound = Static<typeof DisplaySound>;

/**
 * A wall display at which a person has chosen the lowest volume (`volume`), or night mode (`night`), which plays medium and
 * low alarms at the lowest volume.
 */
export const SoftDisplay = Type.Object(
  { ward: Ward, display: Type.String({ maxLength: 120 }), why: Type.Enum(['volume', 'night']) },
  closed,
);
export type SoftDisplay = Static<typeof SoftDisplay>;

/** Which screens have the sound of wards; in each heartbeat of a server that understands `PageSound`. */
export const SoundNews = Type.Object(
  {
    /** The server's steady clock when it sent the heartbeat, ms. */
    beat: SteadyMs,
    /** `at` of the last report of this page; absent before the first report. */
    heardAt: Type.Optional(SteadyMs),
    /** The wards of this screen that have an owner of their sound: one screen that sounds their alarms alone. */
    wards: Type.Array(WardSound, { maxItems: 200 }),
    /** Absent if no wall display of these wards should have the sound and does not have it. */
    displays: Type.Optional(Type.Array(DisplaySound, { maxItems: 200 })),
    /** Absent if no test of the sound runs in these wards. */
    tests: Type.Optional(Type.Array(SoundTest, { maxItems: 200 })),
    /** Absent if no wall display of these wards is soft. */
    softDisplays: Type.Optional(Type.Array(SoftDisplay, { maxItems: 200 })),
    /** Present for a wall display: the server records changes of its settings. */
    asksSettings: Type.Optional(Type.Literal(true)),
    /** Absent if the sound of these wards can be tested only at this screen. */
    testPlaces: Type.Optional(Type.Array(TestPlace, { maxItems: 200 })),
  },
  closed,
);
export type SoundNews = Static<typeof SoundNews>;
