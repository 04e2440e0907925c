/**
 * The answer to `GET /api/device-events`: what happened to the devices in the last days. The answer names no patient
 * and no value.
 */
import { type Static, Type } from 'typebox';
import { deviceEventGroupNames } from '../../contracts/device-event-groups.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { connectionEndReasons, DeviceId } from '../../contracts/messages/records.ts';

const closed = { additionalProperties: false } as const;

export const DeviceEventsQuery = Type.Object(
  {
    /** A part of the id of a device. */
    device: Type.Optional(Type.String({ maxLength: 80 })),
    group: Type.Optional(Type.Enum(deviceEventGroupNames)),
    /** Without `from`: everything that the server keeps. */
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
  },
  closed,
);
export type DeviceEventsQuery = Static<typeof DeviceEventsQuery>;

const Reasons = Type.Array(Type.Object({ code: Type.String(), messages: Type.Integer({ minimum: 1 }) }, closed));

export const DeviceEvents = Type.Object(
  {
    /** The newest first. */
    events: Type.Array(
      Type.Object(
        {
          deviceId: DeviceId,
          at: Instant,
          kind: Type.String(),
          /** Only with `disconnected`: why the connection ended, if it is known. */
          reason: Type.Optional(Type.Enum([...connectionEndReasons])),
          /** The new firmware and the former firmware. */
          firmware: Type.Optional(Type.String()),
          firmwareBefore: Type.Optional(Type.String()),
          /** Positive if the clock is behind. */
          clockErrorMs: Type.Optional(Type.Integer()),
          certificateEndsAt: Type.Optional(Instant),
          /**
           * Only for messages that Vigil does not use: their number, the time of the first message, and the reasons.
           */
          messages: Type.Optional(Type.Integer({ minimum: 1 })),
          from: Type.Optional(Instant),
          reasons: Type.Optional(Reasons),
          /**
           * Number of earlier events of the device that the gateway did not write, because there were too many events.
           */
          leftOut: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        closed,
      ),
    ),
    /** Number of older events that also match but are not in the list. */
    more: Type.Integer({ minimum: 0 }),
    /** False while the server still reads the log: older events may be missing. */
    isWhole: Type.Boolean(),
  },
  closed,
);
export type DeviceEvents = Static<typeof DeviceEvents>;
export type DeviceEventRow = DeviceEvents['events'][number];
