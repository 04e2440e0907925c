/** The engine's inputs: decrypted and checked records, as plain data. Times are ms since 1970. */
import type { alarmNotices } from '../../../contracts/bed-notices.ts';
import type { Command, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { NumericValue, TechnicalCondition } from '../../../contracts/messages/device.ts';
import type { DeviceAlert, DeviceSound } from '../../../contracts/messages/device-alerts.ts';
import type { connectionEndReasons, PatientCategory } from '../../../contracts/messages/records.ts';
import type { Profile } from './profile.ts';

/**
 * One reading. `time` is by the device's clock, `receivedAt` by the gateway's clock. Never compare the two directly.
 */
export type ObservationInput = {
  readonly type: 'observation';
  readonly deviceId: string;
  readonly time: number;
  readonly receivedAt: number;
  /** The declared interval. Absent: the interval from the device's status applies, or else the default. */
  readonly intervalMs?: number;
  readonly boot: string;
  readonly seq: number;
  /**
   * The id of the device's present start. Absent if the device sends no such id: then the gateway numbers the readings
   * as they arrive.
   */
  readonly start?: string;
  /** At most one value for each code (contracts/numerics.ts). */
  readonly values: readonly Readonly<NumericValue>[];
  /** Codes that the message contained more than once; absent if each code came once. */
  readonly doubled?: readonly string[];
};

/**
 * The device's status. A will (`online: false`) has no time. `conditions` lists all conditions; absent if the status
 * has no list.
 */
export type StatusInput = {
  readonly type: 'status';
  readonly deviceId: string;
  readonly time?: number;
  readonly receivedAt: number;
  readonly boot: string;
  readonly seq: number;
  readonly online: boolean;
  /**
   * Claim of the connection that ended with this will, and the reason for the end. Absent if the device itself sent the
   * status.
   */
  readonly will?: { readonly claim?: number | undefined; readonly reason: ConnectionEndReason };
  readonly intervalMs?: number;
  readonly conditions?: readonly TechnicalCondition[];
};

/** The device's list of the alarms that it raises itself. The list contains all alarms that are present. */
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
  /** Number of the connection. A newer connection has a greater number, also on another gateway. */
  readonly claim?: number;
  readonly reason?: ConnectionEndReason;
};

/**
 * A notice of the gateway about the bed, or of the alarm processor about itself. The notice holds for `forMs` from
 * `receivedAt`, and longer if it is repeated.
 */
export type NoticeInput = {
  readonly type: 'notice';
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly notice: keyof typeof alarmNotices;
  readonly forMs: number;
};

/**
 * A person's command. `answer`: the answer that the person has seen, if the last owner of the partition answered the
 * command.
 */
export type CommandInput = {
  readonly type: 'command';
  readonly command: Command;
  readonly answer?: Pick<CommandAnswer, 'accepted' | 'reason'>;
};

/** `unassigned`: no patient is assigned to the device, so it may be connected to any patient. */
export type Category = PatientCategory | 'unassigned';

/**
 * The patient at the device. `category` is null if it is not known. If `endedAt` is set, the patient's time at this
 * device has ended, so the alarms end.
 */
export type AssociationInput = {
  readonly type: 'association';
  readonly category: Category | null;
  readonly ward: string | null;
  readonly endedAt: number | null;
  readonly deviceId?: string;
  /** When the patient's time at the device began. If the device has sent nothing since then, an alarm must say so. */
  readonly from?: number;
};

/** Other profiles apply from now on. `before`: the profile that applied until now; undefined if it is not known. */
export type ProfilesInput = { readonly type: 'profiles'; readonly before: Profile | undefined };

/** The wall clock has moved. The engine checks silence, escalation and re-alarm. */
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
