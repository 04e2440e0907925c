/**
 * The alarms that a device raises itself (CLINICAL, "Alarm vocabulary"): the MQTT message to
 * `devices/{deviceId}/alerts`, and its record in `observations`. Each message has all alarms that are present. So if
 * the message about the end of an alarm is lost, the next message ends the alarm.
 */
import { type Static, Type } from 'typebox';
import { priorities } from '../priorities.ts';
import { alertKinds } from './alarms.ts';
import { Code, Instant, identityMembers } from './device.ts';
import { gatewayMembers } from './records.ts';

/** Whether the device itself sounds for its alarms. A pause ends by itself; a person must end `off`. */
export const deviceSounds = ['on', 'paused', 'off'] as const;
export type DeviceSound = (typeof deviceSounds)[number];

/** Maximum number of alarms in one message. */
export const alertsMax = 64;
/** Longest text of one alarm. The schema counts Unicode code points. If Vigil cuts a text, it counts UTF-16 units. */
export const alertTextMax = 120;

/** One present alarm of the device. If the code is unknown, screens show its `text`. */
export const DeviceAlert = Type.Object({
  code: Type.String({
    pattern: '^[A-Za-z0-9._:-]{1,64}$',
    description: 'condition: MDC reference id if there is one (contracts/alert-codes.ts), else the device’s own code',
  }),
  priority: Type.Enum([...priorities]),
  kind: Type.Enum([...alertKinds]),
  text: Type.String({ minLength: 1, maxLength: alertTextMax, description: 'for people, as the device shows it' }),
  since: Type.Optional(Instant),
  parameter: Type.Optional(Code),
  side: Type.Optional(
    Type.Enum(['low', 'high'], { description: 'whether the value crossed the low or the high limit of the parameter' }),
  ),
  value: Type.Optional(Type.Number()),
  limit: Type.Optional(Type.Number()),
  signal: Type.Optional(
    Type.Enum([...deviceSounds, 'latched', 'acknowledged'], { description: 'the device’s own signal of this alarm' }),
  ),
});
export type DeviceAlert = Static<typeof DeviceAlert>;

/**
 * Message to `devices/{deviceId}/alerts`: sent at connect, at each change, when the inbox names another association,
 * and preferably every 30 s. `sound` is about the whole device. If `sound` is left out, Vigil derives it from the
 * `signal` of the alarms (`soundOf`).
 */
export const DeviceAlerts = Type.Object({
  ...identityMembers,
  time: Instant,
  alerts: Type.Array(DeviceAlert, { maxItems: alertsMax, description: 'all alarms that are present now' }),
  sound: Type.Optional(Type.Enum([...deviceSounds])),
  pausedUntil: Type.Optional(Instant),
});
export type DeviceAlerts = Static<typeof DeviceAlerts>;

/** The record of a device's alarms, in `observations`, so that the alarm engine reads it in order with the readings. */
export const AlertsRecord = Type.Object({ ...gatewayMembers, reading: DeviceAlerts }, { additionalProperties: false });
export type AlertsRecord = Static<typeof AlertsRecord>;

/** Returns the sound of the device: `sound`, or if `sound` is absent, the quietest `signal` of its alarms. */
export function soundOf({ sound, alerts }: Pick<DeviceAlerts, 'sound' | 'alerts'>): DeviceSound {
  if (sound !== undefined) return sound;
  return alerts.some(({ signal }) => signal === 'off')
    ? 'off'
    : alerts.some(({ signal }) => signal === 'paused')
      ? 'paused'
      : 'on';
}
