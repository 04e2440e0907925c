/** The engine's inputs: opened, checked records, as plain data. Times are ms since 1970. */
import type { GatewayNotice } from '../../../contracts/bed-notices.ts';
import type { Command } from '../../../contracts/messages/alarms.ts';
import type { NumericValue, TechnicalCondition } from '../../../contracts/messages/device.ts';
import type { DeviceAlert, DeviceSound } from '../../../contracts/messages/device-alerts.ts';
import type { connectionEndReasons, PatientCategory } from '../../../contracts/messages/records.ts';
import type { Profile } from './profile.ts';

/** One reading: `time` is the device's clock, `receivedAt` the gateway's. Never mix them (STYLE 8). */
export type ObservationInput = {
  readonly type: 'observation';
  readonly deviceId: string;
  readonly time: number;
  readonly receivedAt: number;
  /** Absent: the interval from the device's status, or its default, counts. */
  readonly intervalMs?: number;
  readonly boot: string;
  readonly seq: number;
  /**
   * The start of the device, as the device names it. Absent if it names none: then the gateway numbers its readings in the order of
   * receipt.
   */
  readonly start?: string;
  /** At most one value of each code (contracts/numerics.ts). */
  readonly values: readonly Readonly<NumericValue>[];
  /** Codes that the message contained more than once; absent if there are none. */
  readonly doubled?: readonly string[];
};

/** The device's status. A will (`online: false`) has no time. `conditions` is the whole list; absent if the status has none. */
export type StatusInput = {
  readonly type: 'status';
  readonly deviceId: string;
  readonly time?: number;
  readonly receivedAt: number;
  readonly boot: string;
  readonly seq: number;
  readonly online: boolean;
  /** This is the will of the connection with that claim, which ended for `reason`; absent if the device itself sent the status. */
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
  /** Number of the connection. The greater number is the newer one, on any gateway. */
  readonly claim?: number;
  readonly reason?: ConnectionEndReason;
};

/** The gateway's notice about the bed. It holds for `forMs` from `receivedAt`, unless the gateway repeats it. */
export type NoticeInput = {
  readonly type: 'notice';
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly notice: GatewayNotice;
  readonly forMs: number;
};

export type CommandInput = { readonly type: 'command'; readonly command: Command };

/** A device without a patient may be on any patient. */
export type Category = PatientCategory | 'unassigned';

/** Which patient is at the device. `category` null: not known. `endedAt`: the period has ended, so its alarms end. */
export type AssociationInput = {
  readonly type: 'association';
  readonly category: Category | null;
  readonly ward: string | null;
  readonly endedAt: number | null;
  readonly deviceId?: string;
  /** When the period began. If the device has sent nothing since, an alarm must say so. */
  readonly from?: number;
};

/** Other profiles are in force. `before`: the profile that judged the patient until now; undefined if it is not known. */
export type ProfilesInput = { readonly type: 'profiles'; readonly before: Profile | undefined };

/** The wall clock has moved: silence, escalation and re-alarm are checked. */
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
