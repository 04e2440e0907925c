/** What the engine is fed: opened, checked records, as plain data. Times are ms since 1970. */
import type { GatewayNotice } from '../../../contracts/bed-notices.ts';
import type { Command } from '../../../contracts/messages/alarms.ts';
import type { NumericValue, TechnicalCondition } from '../../../contracts/messages/device.ts';
import type { DeviceAlert, DeviceSound } from '../../../contracts/messages/device-alerts.ts';
import type { connectionEndReasons, PatientCategory } from '../../../contracts/messages/records.ts';
import type { Profile } from './profile.ts';

/** One reading: `time` is the device's clock, `receivedAt` the gateway's. They never mix (STYLE 8). */
export type ObservationInput = {
  readonly type: 'observation';
  readonly deviceId: string;
  readonly time: number;
  readonly receivedAt: number;
  /** Absent: what the device's status said, or its default. */
  readonly intervalMs?: number;
  readonly boot: string;
  readonly seq: number;
  /** The start of the device that it names itself; absent where it names none: the gateway numbers it, in the order of receipt. */
  readonly start?: string;
  /** One of a code (contracts/numerics.ts). */
  readonly values: readonly Readonly<NumericValue>[];
  /** Codes that the message had more than once; absent where there is none. */
  readonly doubled?: readonly string[];
};

/** The device's word on itself; a will (`online: false`) has no time. `conditions` is the whole list, absent where untold. */
export type StatusInput = {
  readonly type: 'status';
  readonly deviceId: string;
  readonly time?: number;
  readonly receivedAt: number;
  readonly boot: string;
  readonly seq: number;
  readonly online: boolean;
  /** It is the will of the connection of that claim, which ended so; absent where the device spoke itself. */
  readonly will?: { readonly claim?: number | undefined; readonly reason: ConnectionEndReason };
  readonly intervalMs?: number;
  readonly conditions?: readonly TechnicalCondition[];
};

/** The device's own alarms: all that are present. */
export type AlertsInput = {
  readonly type: 'alerts';
  readonly deviceId: string;
  readonly time: number;
  readonly receivedAt: number;
  readonly boot: string;
  readonly seq: number;
  readonly alerts: readonly DeviceAlert[];
  readonly sound: DeviceSound;
};

export type ConnectionEndReason = (typeof connectionEndReasons)[number];

export type ConnectionInput = {
  readonly type: 'connection';
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly connected: boolean;
  /** Which connection: the greater is the newer, on whichever gateway. */
  readonly claim?: number;
  readonly reason?: ConnectionEndReason;
};

/** The gateway's notice about the bed: it holds for `forMs` from `receivedAt`, unless it is said again. */
export type NoticeInput = {
  readonly type: 'notice';
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly notice: GatewayNotice;
  readonly forMs: number;
};

export type CommandInput = { readonly type: 'command'; readonly command: Command };

/** A device without a patient may be on anyone. */
export type Category = PatientCategory | 'unassigned';

/** Who is at the device. `category` null: not known. `endedAt`: the period is over, its alarms end. */
export type AssociationInput = {
  readonly type: 'association';
  readonly category: Category | null;
  readonly ward: string | null;
  readonly endedAt: number | null;
  readonly deviceId?: string;
  /** When the period began: a patient whose device sends nothing since must be told of. */
  readonly from?: number;
};

/** Other profiles are in force. `before`: what the patient was judged by until now; undefined where that is not known. */
export type ProfilesInput = { readonly type: 'profiles'; readonly before: Profile | undefined };

/** The wall clock has moved: silence, escalation and re-alarm are judged. */
export type TickInput = { readonly type: 'tick' };

export type Input =
  | ObservationInput
  | StatusInput
  | AlertsInput
  | ConnectionInput
  | NoticeInput
  | CommandInput
  | AssociationInput
  | ProfilesInput
  | TickInput;
