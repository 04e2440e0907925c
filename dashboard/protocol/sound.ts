/**
 * What server and pages exchange about the sound of a ward: parts of the live messages, and the bodies of REST routes.
 * With these routes a person takes the sound and gives it back. No `node:` import here: the browser's build reads this
 * file.
 */
import { type Static, Type } from 'typebox';
import { Ward } from './rest.ts';
import { SoundTest, TestPlace } from './sound-test.ts';

const closed = { additionalProperties: false } as const;
const ScreenId = Type.String({ pattern: '^[0-9a-f-]{36}$' });
const SteadyMs = Type.Integer({ minimum: 0 });

/** The body of `POST /api/wards/:ward/sound`. `screen`: the id of the page, as in the reports of the page. */
export const TakeSoundBody = Type.Object({ screen: ScreenId }, closed);
export type TakeSoundBody = Static<typeof TakeSoundBody>;

/** The sound settings that a person can choose at a screen. */
export const ScreenSettings = Type.Object(
  {
    volume: Type.Enum(['full', 'middle', 'low']),
    /** `ward`: the hours of the ward. `nightly`: each night (contracts/night-hours.ts). `off`: no fixed hours. */
    night: Type.Enum(['ward', 'off', 'nightly']),
    /** Whether a person has begun or ended the present night at this screen; absent if nobody has. */
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
    /** A random id of the page. The page keeps the id until it is loaded again. */
    screen: ScreenId,
    /**
     * `beat` of the newest heartbeat that the page has read. So the server knows that the report was made after this
     * heartbeat.
     */
    beat: SteadyMs,
    /**
     * The page's steady clock, ms. The next heartbeat returns this time, so that the page knows how old the heartbeat
     * may be.
     */
    at: SteadyMs,
    /**
     * `on`: the audio of the browser runs. `blocked`: the browser allows no sound, or the audio of the browser plays
     * nothing.
     */
    audio: Type.Enum(['on', 'blocked', 'failed']),
    /** The sound that plays now; absent if no sound plays. */
    level: Type.Optional(Type.Enum(['high', 'medium', 'low', 'lost'])),
    /** Present only if the last heartbeat asked for the settings (`asksSettings`). */
    settings: Type.Optional(ScreenSettings),
  },
  closed,
);
export type PageSound = Static<typeof PageSound>;

/**
 * Why a screen that has the sound of a ward does not sound the ward. `away`: the screen has no connection. `silent`:
 * the page is stuck, or has not answered yet. `hidden`: the browser tab is hidden. `blocked`: the browser plays no
 * sound. `other-ward`: the screen shows a different ward. `not-shown`: the screen has not painted an alarm of the ward.
 * `not-sounding`: the screen plays no sound, or not the sound of the ward's alarms.
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
 * The screen that has the sound of a ward. `sounding`: the screen has sounded all alarms of the ward that should sound,
 * `soundedAgoMs` before the server sent this message. `unheard`: the screen has the sound, but does not sound.
 * `elsewhere`: a screen of another server has the sound. The other screens may be silent only with `sounding`.
 */
export const WardSound = Type.Union([
  Type.Object({ ...whose, state: Type.Literal('sounding'), soundedAgoMs: SteadyMs }, closed),
  Type.Object({ ...whose, state: Type.Literal('unheard'), why: WhyUnheard }, closed),
  Type.Object({ ...whose, state: Type.Literal('elsewhere') }, closed),
]);
export type WardSound = Static<typeof WardSound>;

/**
 * A wall display that does not have the sound of its ward, although its account gives the sound to the display.
 * `asked`: a person wants every screen to sound. `silent`: the page of the display has not reported its audio yet.
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
 * A wall display that plays softly. `volume`: a person has chosen the lowest volume. `night`: night mode plays medium
 * and low alarms at the lowest volume.
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
    /** `at` of the last report from this page; absent before the first report. */
    heardAt: Type.Optional(SteadyMs),
    /**
     * The wards of this screen whose sound has an owner. While the state is `sounding`, the owner is the only screen
     * that sounds the alarms of the ward. Otherwise the other screens sound, too.
     */
    wards: Type.Array(WardSound, { maxItems: 200 }),
    /**
     * The wall displays of these wards that do not have the sound although they should; absent if no display is in this
     * state.
     */
    displays: Type.Optional(Type.Array(DisplaySound, { maxItems: 200 })),
    /** Absent if no test of the sound runs in these wards. */
    tests: Type.Optional(Type.Array(SoundTest, { maxItems: 200 })),
    /** The wall displays of these wards that play softly; absent if no display plays softly. */
    softDisplays: Type.Optional(Type.Array(SoftDisplay, { maxItems: 200 })),
    /** Present for a wall display, because the server records changes of a display's settings. */
    asksSettings: Type.Optional(Type.Literal(true)),
    /** Absent if the sound of these wards can be tested only at this screen. */
    testPlaces: Type.Optional(Type.Array(TestPlace, { maxItems: 200 })),
  },
  closed,
);
export type SoundNews = Static<typeof SoundNews>;
