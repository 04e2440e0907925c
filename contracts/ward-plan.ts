/**
 * How the screens arrange a ward: the order of its beds, its sectors, its theme and its night. The registry of wards
 * (the wards file) has this plan, and the screens get the plan with `GET /api/places`.
 */
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 40 });
const TimeOfDay = Type.String({ pattern: '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$' });

/** Name of a time zone. The reader of the registry also checks that the zone exists. */
export const ZoneName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_+/-]{0,49}$' });

/** A ward has at most this many sectors, and at most this many beds. */
export const sectorsMax = 20;
export const bedsMax = 500;

/** Some beds of a ward that are shown together, in this order. */
export const Sector = Type.Object({ name: Name, beds: Type.Array(Name, { minItems: 1, maxItems: bedsMax }) }, closed);
export type Sector = Static<typeof Sector>;

/**
 * The theme of a ward. Either the theme is always the same, or it is light between two times of day in the ward's zone,
 * and dark at all other times.
 */
export const WardTheme = Type.Union([
  Type.Enum(['dark', 'light']),
  Type.Object({ lightFrom: TimeOfDay, lightUntil: TimeOfDay }, closed),
]);
export type WardTheme = Static<typeof WardTheme>;

/** The hours of the night of a ward. `from` is included, `until` is excluded. A night may pass midnight. */
export const WardNight = Type.Object({ from: TimeOfDay, until: TimeOfDay }, closed);
export type WardNight = Static<typeof WardNight>;

/** A registered ward. The screens show its beds in this order, or in the order of its sectors. */
export const WardPlan = Type.Object(
  {
    ward: Name,
    beds: Type.Array(Name, { maxItems: bedsMax }),
    sectors: Type.Optional(Type.Array(Sector, { maxItems: sectorsMax })),
    theme: Type.Optional(WardTheme),
    /**
     * Name of the IANA database, for example `Europe/Berlin`. Absent: the zone of the screen, or of the machine that
     * makes a text.
     */
    zone: Type.Optional(ZoneName),
    /** When the screens of the ward are in night mode: times of day in the zone of the ward. Only with `zone`. */
    night: Type.Optional(WardNight),
  },
  closed,
);
export type WardPlan = Static<typeof WardPlan>;

/** A plan as the pages get it. */
export const ShownPlan = Type.Object(
  {
    ...WardPlan.properties,
    /** The sectors that the ward had until some minutes ago; absent if they have not changed (former-sectors.ts). */
    formerSectors: Type.Optional(Type.Array(Sector)),
  },
  closed,
);
export type ShownPlan = Static<typeof ShownPlan>;
