/**
 * The overview of the wards, for people who are in charge. It names no patient and has no value of a patient. A member
 * that is not known is null, and never 0. No `node:` import here: the browser's build reads this file.
 */
import { type Static, Type } from 'typebox';
import { Instant } from '../../contracts/messages/device.ts';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const ByPriority = Type.Object({ high: Count, medium: Count, low: Count }, closed);
const Names = Type.Array(Type.String({ maxLength: 120 }));
const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

export const WardCard = Type.Object(
  {
    ward: Ward,
    /** The listed alarms whose condition is present. */
    present: ByPriority,
    /**
     * The alarms that nobody has acknowledged. An alarm can wait for an acknowledgement after its condition has ended.
     */
    unanswered: ByPriority,
    /** When the oldest unanswered alarm was raised; null if no alarm is unanswered. */
    oldestUnansweredAt: orNull(Instant),
    /**
     * The number of beds in the registry, and the number of these beds without a patient; null if the ward is not
     * registered.
     */
    beds: orNull(Type.Object({ registered: Count, free: Count }, closed)),
    /** The number of beds with a patient. */
    occupied: Count,
    /** The number of beds with a patient in standby, and the beds whose standby ends first. */
    standby: Type.Object(
      { count: Count, beds: Type.Array(Type.Object({ bed: Type.String(), until: Instant }, closed)) },
      closed,
    ),
    /**
     * Who is responsible: null if the server has not read the assignments. `inUse`: whether anybody has ever used the
     * assignment board of the ward. `noNurse`: the number of occupied beds without a nurse. `overdue`: the number of
     * beds whose nurse should have been relieved.
     */
    duties: orNull(Type.Object({ inUse: Type.Boolean(), chargeNurses: Names, noNurse: Count, overdue: Count }, closed)),
    /**
     * Whether Vigil can reach the persons who have a duty now and are not away. `unreached` and `names`: persons that
     * Vigil cannot reach. `unknown`: the number of persons for which this is not known. Null if no delivery process
     * runs, or if the server has not read the records of the delivery process.
     */
    reach: orNull(Type.Object({ unreached: Count, names: Names, unknown: Count }, closed)),
    /**
     * The numbers of devices: in beds of the ward, of these the devices in trouble, and without a bed. The page Devices
     * uses the same rule for trouble, but also counts devices without a bed.
     */
    devices: Type.Object({ inBeds: Count, inTrouble: Count, withoutBed: Count }, closed),
    /**
     * Whether a screen shows the whole ward and has confirmed the ward's alarms; null if the server cannot know this.
     */
    isWatched: orNull(Type.Boolean()),
    /**
     * The last answer to a test of the sound in the last 30 days. The test was at a wall display, or at the screen that
     * has the sound of the ward. If such a screen was not heard in its newest test, this is that test, even if another
     * screen was heard later. Null if the audit trail has no such test.
     */
    soundTest: orNull(
      Type.Object(
        { at: Instant, heard: Type.Boolean(), screen: Type.Optional(Type.String({ maxLength: 200 })) },
        closed,
      ),
    ),
    /**
     * The last test that does not count as a test of the ward. Absent if there was no such test, or if `soundTest` has
     * a test that counts. `no-screen`: an older version wrote the record of the test, and the record does not name the
     * screen. `other-screen`: the screen did not have the sound of the ward.
     */
    uncountedTest: Type.Optional(Type.Object({ at: Instant, why: Type.Enum(['no-screen', 'other-screen']) }, closed)),
    /**
     * Who sounds the ward. `one-screen`: the screen of `person` has the sound and sounds. `unheard`: that screen has
     * the sound but does not sound, so every other screen sounds. `every-screen`: at least one screen shows the ward,
     * and the audio of this screen runs. `nobody`: no such screen is connected to any server. `unknown`: a screen of
     * another server shows the ward or has its sound, or Kafka is away, so this server does not know who sounds.
     */
    sound: Type.Object(
      {
        state: Type.Enum(['one-screen', 'unheard', 'every-screen', 'nobody', 'unknown']),
        person: Type.Optional(Type.String({ maxLength: 120 })),
      },
      closed,
    ),
  },
  closed,
);
export type WardCard = Static<typeof WardCard>;

/** The answer to `GET /api/ward-overview`: one card for each ward that the caller may see, sorted by name. */
export const WardOverview = Type.Object(
  {
    at: Instant,
    /**
     * `kafkaAt`: if Kafka is away, the cards show the state of this time. Before the server first reaches Kafka, this
     * is the time of the server's start.
     */
    kafka: Type.Enum(['ok', 'away']),
    kafkaAt: orNull(Instant),
    /** `stale`: no alarm processor judges some of the readings, so alarms may be missing. */
    alarms: Type.Enum(['ok', 'stale']),
    /**
     * `away`: no delivery process runs, so nobody is called. `unread`: this server does not read the records of the
     * delivery process.
     */
    delivery: Type.Enum(['running', 'away', 'unread']),
    wards: Type.Array(WardCard),
  },
  closed,
);
export type WardOverview = Static<typeof WardOverview>;
