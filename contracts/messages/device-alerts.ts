/**
 * The alarms that a device raises itself (CLINICAL, "Alarm vocabulary"): `devices/{deviceId}/alerts`, and their record in
 * `observations`. Each message holds the whole list. So a lost message about an alarm's end cannot leave the alarm standing.
 */
import { type Static, Type } from 'typebox';
import { priorities } from '../priorities.ts';
import { alertKinds } from './alarms.ts';
import { Code, Instant, identity } from './device.ts';
import { fromGateway } from './records.ts';

/** What a device says about its own sound. The device ends `paused` by itself, but not `off`. */
export const deviceSounds = ['on', 'paused', 'off'] as const;
export type DeviceSound = (typeof deviceSounds)[number];

/** Longest list of alarms in one message. */
export const alertsMax = 64;
/** Longest text of one alarm, in UTF-16 units. */
export const alertTextMax = 120;

/** One alarm of the device that is present. Unknown codes are shown with their `text`. */
export const DeviceAlert = Type.Object({
  code: Type.String({
    pattern: '^[A-Za-z0-9._:-]{1,64}$',
    description: 'condition: MDC reference id where there is one (contracts/alert-codes.ts), else the device’s own',
  }),
  priority: Type.Enum([...priorities]),
  kind: Type.Enum([...alertKinds]),
  text: Type.String({ minLength: 1, maxLength: alertTextMax, description: 'for people, as the device shows it' }),
  since: Type.Optional(Instant),
  parameter: Type.Optional(Code),
  side: Type.Optional(Type.Enum(['low', 'high'], { description: 'which limit of the parameter' })),
  value: Type.Optional(Type.Number()),
  limit: Type.Optional(Type.Number()),
  signal: Type.Optional(
    Type.Enum([...deviceSounds, 'latched', 'acknowledged'], { description: 'the device’s own signal of this alarm' }),
  ),
});
export type DeviceAlert = Static<typeof DeviceAlert>;

/**
 * `devices/{deviceId}/alerts`: sent at connect, at each change, when the inbox names another association, and preferably every 30 s.
 * `sound`: of the whole device. If it is left out, the `signal` of each alarm says it.
 */
export const DeviceAlerts = Type.Object({
  ...identity,
  time: Instant,
  alerts: Type.Array(DeviceAlert, { maxItems: alertsMax, description: 'all that are present now' }),
  sound: Type.Optional(Type.Enum([...deviceSounds])),
  pausedUntil: Type.Optional(Instant),
});
export type DeviceAlerts = Static<typeof DeviceAlerts>;

/** In `observations`, so that the alarm engine reads it in order with the readings. */
export const AlertsRecord = Type.Object({ ...fromGateway, reading: DeviceAlerts }, { additionalProperties: false });
export type AlertsRecord = Static<typeof AlertsRecord>;

/** Returns what the device says about its sound: `sound`, or else the quietest `signal` of its alarms. */
export function soundOf({ sound, alerts }: Pick<DeviceAlerts, 'sound' | 'alerts'>): DeviceSound {
  if (sound !== undefined) return sound;
  return alerts.some(({ signal }) => signal === 'off')
    ? 'off'
    : alerts.some(({ signal }) => signal === 'paused')
      ? 'paused'
      : 'on';
}
