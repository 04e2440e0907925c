/**
 * The records of the topic `presence`: which wards are watched, which alarms screens have not confirmed, and which
 * screens have the sound of a ward.
 */
import { type Static, Type } from 'typebox';
import { clinicalPartitions } from '../topics.ts';
import { Instant } from './device.ts';
import { AssociationId } from './records.ts';

const noOtherMembers = { additionalProperties: false } as const;

/**
 * Why a screen has not confirmed an alarm. `never`: its page has never sent a report; perhaps the page is older than
 * the server. `hidden`: its browser tab is hidden. `silent`: its page sends no reports any more. `not-shown`: its page
 * paints, but not this alarm.
 */
export const WhyUnconfirmed = Type.Enum(['never', 'hidden', 'silent', 'not-shown']);
export type WhyUnconfirmed = Static<typeof WhyUnconfirmed>;

/** An alarm that a screen of the dashboard process has not confirmed in time. */
const UnconfirmedOnScreen = Type.Object(
  {
    /** Identifies the screen: the number of the first open connection of its login to this process. */
    screen: Type.Integer({ minimum: 1 }),
    /**
     * The pseudonym of the person who is logged in at the screen. The gateway reads this record and has no reason to
     * know the person.
     */
    actor: Type.String({ minLength: 1, maxLength: 64 }),
    associationId: AssociationId,
    alarmId: Type.String({ minLength: 1, maxLength: 64 }),
    since: Instant,
    why: WhyUnconfirmed,
  },
  noOtherMembers,
);
export type UnconfirmedOnScreen = Static<typeof UnconfirmedOnScreen>;
/** Maximum number of alarms in `unconfirmed` of a presence record. */
export const unconfirmedMax = 50;

/** The sound of a ward, which a screen of the dashboard process has. */
const OwnedSound = Type.Object(
  {
    ward: Type.String({ minLength: 1, maxLength: 40 }),
    /** The pseudonym of the person who took the sound. */
    actor: Type.String({ minLength: 1, maxLength: 64 }),
    /**
     * When the person took the sound. If two screens have the sound of a ward, the screen with the older `since` loses
     * the sound.
     */
    since: Instant,
  },
  noOtherMembers,
);
export type OwnedSound = Static<typeof OwnedSound>;

/** A wall display at the dashboard process that a person has made soft. */
const SoftDisplayHere = Type.Object(
  {
    ward: Type.String({ minLength: 1, maxLength: 40 }),
    /** The pseudonym of the display's account. */
    actor: Type.String({ minLength: 1, maxLength: 64 }),
    /** `volume`: the lowest volume was chosen. `night`: a night was chosen at the display. */
    why: Type.Enum(['volume', 'night']),
  },
  noOtherMembers,
);
export type SoftDisplayHere = Static<typeof SoftDisplayHere>;
/** Maximum number of soft displays in a presence record. Further displays are left out. */
export const softDisplaysMax = 200;

/**
 * In the topic `presence`, for one dashboard process: the wards that clinicians watch. A screen counts for a ward only
 * if its page reports that it paints, and has confirmed the ward's alarms. The gateway ignores a record that it read
 * more than 6 s ago.
 */
export const PresenceRecord = Type.Object(
  {
    at: Instant,
    wards: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 200 }),
    /** A screen shows the devices of biomedical engineering: the devices that were never in a ward. */
    engineering: Type.Optional(Type.Literal(true)),
    /**
     * The alarms that screens have not confirmed, for the screens of the other dashboards; absent if there are none.
     */
    unconfirmed: Type.Optional(Type.Array(UnconfirmedOnScreen, { maxItems: unconfirmedMax })),
    /** The wards whose sound a screen of this process has; absent if there are none. */
    sounds: Type.Optional(Type.Array(OwnedSound, { maxItems: 200 })),
    /** The soft wall displays of this process; absent if there are none. */
    softDisplays: Type.Optional(Type.Array(SoftDisplayHere, { maxItems: softDisplaysMax })),
    /**
     * In the sign of life of an alarm processor: the partitions that it judges. Absent in the signs of older alarm
     * processors, and in the records of dashboards.
     */
    judges: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: clinicalPartitions - 1 }), { maxItems: clinicalPartitions }),
    ),
  },
  noOtherMembers,
);
export type PresenceRecord = Static<typeof PresenceRecord>;

/** How often an alarm processor gives a sign of life, ms. */
export const alarmsSignEveryMs = 1_000;
