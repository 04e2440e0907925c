/**
 * Messages of dashboards in the topic `delivery-commands`: which alarms the screens have painted and sounded, as their
 * pages reported.
 */
import { type Static, Type } from 'typebox';
import { Instant } from './device.ts';

const closed = { additionalProperties: false } as const;
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

/** What a page did with an alarm. */
export const shownWays = ['painted', 'sounded'] as const;

/**
 * The first time that a screen of a person painted an alarm, or sounded it. A dashboard does not store a later time of
 * the same person. But another dashboard, or a dashboard that started again, may store a later time.
 */
export const ShownAlarm = Type.Object(
  {
    alarmId: Type.String({ minLength: 16, maxLength: 64 }),
    /** The person who was logged in at the screen. */
    userId: Text(64),
    name: Text(80),
    way: Type.Enum([...shownWays]),
    /** Milliseconds since 1970, by the steady clock of the dashboard. */
    atMs: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type ShownAlarm = Static<typeof ShownAlarm>;

/** Maximum number of entries in one record. */
export const shownAlarmsMax = 200;

/** Each dashboard writes at most one such record a second. */
export const AlarmsShown = Type.Object(
  { at: Instant, shown: Type.Array(ShownAlarm, { minItems: 1, maxItems: shownAlarmsMax }) },
  closed,
);
export type AlarmsShown = Static<typeof AlarmsShown>;
