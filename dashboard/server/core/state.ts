/**
 * The state that the screens show, computed from Kafka: associations, devices, values and alarms. The fold functions
 * (beds.ts, readings.ts, alarms.ts) change the state in place, because a copy for each reading would be slow. These
 * functions have no other effects, so the same records in the same order give the same state.
 *
 * Each change gets the next change number, and the changed bed, value or alarm keeps this number (`changeNo`). A screen
 * needs everything in its scope whose number is higher than the screen's last number. So the server needs no queue for
 * each screen, and a slow screen gets only the newest values. Removed beds and alarms are kept in a bounded list
 * (`removals`). If the list does not reach back to the screen's last number, the screen gets a snapshot.
 */

import type { ContentRevision } from '../../../contracts/acknowledgement.ts';
import type { ReadingId } from '../../../contracts/corrections.ts';
import { type DeviceClock, grainMsMax, initialClock, type Numbered } from '../../../contracts/device-clock.ts';
import type { Alarm, CommandAnswer, LimitsInForce, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import type { TechnicalCondition } from '../../../contracts/messages/device.ts';
import type { HandOverNoteEvent } from '../../../contracts/messages/hand-over-notes.ts';
import type { TaskState } from '../../../contracts/messages/patient-tasks.ts';
import type {
  AssociationPeriod,
  ConnectionEndReason,
  DeviceAssociations,
} from '../../../contracts/messages/records.ts';
import type { Scores } from '../../../contracts/messages/scores.ts';
import type { Starts } from '../../../contracts/shared-identity.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { Numeric } from '../../protocol/rest.ts';
import type { DeviceGaps } from './device-gaps.ts';
import { type DeviceLogBook, newDeviceLogBook } from './device-log-book.ts';
import type { Rhythm } from './intervals.ts';

/**
 * Maximum number of devices. If there are more, a device is removed that has no tile and no present association. If no
 * such device exists, the new device gets no `DeviceState`. Its bed still gets a tile, but without the state of the
 * connection.
 */
export const devicesMax = 5_000;
/**
 * Maximum number of alarms. Above it, an alarm that no screen shows or else an acknowledged technical alarm is removed.
 * If neither exists, the new alarm is left out.
 */
export const alarmsMax = 20_000;
/** Maximum number of removed beds and alarms that are remembered, for screens that connect again. */
export const removalsMax = 2_000;
/**
 * Maximum number of ended alarms whose last revision is remembered, so that an older event does not bring them back.
 */
export const clearedMax = 50_000;
/** Maximum number of remembered limits of associations; above it, the limits stored longest ago are forgotten. */
export const limitsMax = 20_000;
/** Maximum number of remembered standbys of associations; above it, the standby stored longest ago is forgotten. */
export const standbyMax = 20_000;
/** Maximum number of remembered scores of associations; above it, the scores stored longest ago are forgotten. */
export const scoresMax = 20_000;
/** Maximum number of remembered outcomes of commands. A screen waits only some seconds for its outcome. */
export const answersMax = 500;
/**
 * Maximum number of remembered events of one device; above it, the oldest is forgotten (device-events.ts has a smaller
 * maximum for clock events).
 */
export const deviceEventsMax = 20;
/** A device without association and alarms leaves the screens after this time without a sign of life. */
export const unassignedForgetMs = 15 * 60_000;

/**
 * The device's own number of a reading, and the start (`boot`) of the device. Each start numbers from the beginning.
 */
export type StartNumbered = Numbered & { readonly boot: string };

export type DeviceClockState = {
  /** The clock of the start `boot`, which sent the newest reading. */
  clock: DeviceClock;
  boot: string | undefined;
  /** The clocks of other starts, by `boot`. A second device with the same certificate has a separate clock. */
  readonly others: Map<string | undefined, DeviceClock>;
  /** Receive time of the newest reading. */
  newestReceivedMs: number;
  /** The reading of the start `boot` with the highest number; undefined if the device does not number its readings. */
  newest: StartNumbered | undefined;
  /** The clock error that the beds show; 0 if the beds show no error. */
  shownErrorMs: number;
  /** The step to which the device rounds its times, ms (contracts/device-clock.ts). */
  grainMs: number;
  /** The time that the newest reading states, ms since 1970. */
  statedMs: number;
  /** Receive time of the first reading that stated this time. */
  statedAtMs: number;
};

export function newDeviceClock(): DeviceClockState {
  return {
    clock: initialClock,
    boot: undefined,
    others: new Map(),
    newestReceivedMs: 0,
    newest: undefined,
    shownErrorMs: 0,
    grainMs: grainMsMax,
    statedMs: 0,
    statedAtMs: 0,
  };
}

/**
 * The start or the end of a device's connection, a clock that was set back, or a renewed certificate. For the end of a
 * connection, `kind` is the reason, or `disconnected` if no reason is known.
 */
export type DeviceEvent = {
  /** By the gateway's clock, ms since 1970. */
  readonly atMs: number;
  readonly kind: 'connected' | 'disconnected' | 'clock-set-back' | 'certificate-renewed' | ConnectionEndReason;
};

export type DeviceState = {
  readonly deviceId: string;
  online: boolean | null;
  /** When `online` last changed, by the gateway's clock, ms since 1970. */
  onlineAtMs: number;
  /**
   * When the device last lost its connection or fell silent, by the gateway's clock, ms since 1970; 0: never. Values
   * that were received before this time are not current.
   */
  lostAtMs: number;
  /** The claim of the device's newest connection; a later connection has a higher claim (gateway/claims.ts). */
  claim: number | undefined;
  model: string | undefined;
  /** The end of the certificate that the device showed at its newest connection, as the gateway wrote it. */
  certificateEndsAt: string | undefined;
  /** The serial number that the device declares. */
  serial: string | undefined;
  /** The version of the firmware that the device declares. */
  firmware: string | undefined;
  /** The newest starts and ends of the device's connection, the newest last; at most `deviceEventsMax`. */
  events: readonly DeviceEvent[];
  conditions: readonly TechnicalCondition[];
  conditionsAtMs: number;
  /** Receive time of the device's newest message, by the gateway's clock, ms since 1970. */
  seenAtMs: number;
  readonly clock: DeviceClockState;
  /** The readings that never came (device-gaps.ts). */
  readonly gaps: DeviceGaps;
  /** The device starts from which readings came (shared-identity.ts). */
  starts: Starts;
  /** The association ids of the device's beds on the screens, usually one. */
  readonly bedIds: Set<string>;
};

export type ValueState = {
  readonly numeric: Numeric;
  /**
   * The time of the measurement, ms since 1970: the device time corrected by the measured error of the device's clock,
   * or the receive time if that is earlier. The screens show the value with the latest time, except after the device's
   * clock was set back (readings.ts).
   */
  readonly effectiveMs: number;
  /** The reading from which the value comes. */
  readonly origin: Origin;
  /**
   * The last shown reading of each of the last starts of the device (at most `bootsMax` of contracts/corrections.ts). A
   * repeat of such a reading does not replace the value.
   */
  readonly shownReadings: readonly (ReadingId & { readonly deviceMs: number })[];
  /** Device time of the newest usable value of this code, ms since 1970; undefined if no value was usable. */
  readonly usableMs: number | undefined;
  readonly changeNo: number;
};

/** The times (ms since 1970) and the identity of a reading. */
export type Origin = {
  readonly deviceMs: number;
  readonly receivedMs: number;
  readonly id: ReadingId | undefined;
  /** The device's own number of the reading; undefined if the device does not number its readings. */
  readonly number: StartNumbered | undefined;
};

/** A notice at a bed. Times in ms since 1970. */
export type NoticeState = { readonly text: string; readonly sinceMs: number; readonly untilMs: number };

export type BedState = {
  readonly associationId: string;
  readonly deviceId: string;
  /** Undefined for a device without an association. */
  period: AssociationPeriod | undefined;
  /**
   * For a device without an association: the ward where the device was last, and the end of its last association.
   * Undefined for a device in a bed, and if no such ward is known.
   */
  tray: { readonly ward: string; readonly sinceMs: number } | undefined;
  readonly values: Map<string, ValueState>;
  /** The times of the last values of each code, from which the next value's due time is learned. */
  readonly rhythms: Map<string, Rhythm>;
  /** The receive time of the last chunk of each wave code, ms. */
  readonly waves: Map<string, number>;
  /** The notices by code (notices.ts). */
  readonly notices: Map<string, NoticeState>;
  /** The name of the nurse who is responsible for the bed (duty-notices.ts). */
  nurse: string | undefined;
  /** The last event about the hand-over note of the patient (hand-over-notes.ts). */
  note: HandOverNoteEvent | undefined;
  /** The patient's tasks without withdrawn tasks: the open tasks, and then the ticked tasks (patient-tasks.ts). */
  tasks: readonly TaskState[];
  /** Number of the last change of the bed's header data: everything except values and alarms. */
  headChangeNo: number;
  /** Number of the last change of the bed's header data, values or alarms. */
  changeNo: number;
};

export type ShownAlarm = {
  readonly alarm: Alarm;
  readonly changeNo: number;
  /** When the alarm processor published the alarm, by its clock, ms. */
  readonly publishedAtMs: number;
  /** The revisions that an acknowledgement may name, because the alarm has not become worse after these revisions. */
  readonly contentRevision: ContentRevision;
  /** For a device in a tray: whether the alarm may be shown there (`isAlarmOfTray`). True for a device in a bed. */
  readonly isOfTray: boolean;
};

/** The record of a bed, or of an alarm of a bed, that was removed from the screens. */
export type Removal = {
  readonly changeNo: number;
  readonly kind: 'bed' | 'alarm';
  readonly associationId: string;
  readonly alarmId: string | undefined;
  readonly ward: string | null;
};

export type LiveState = {
  /** The number of the last change. */
  changeNo: number;
  /** The time of this server at the last tick or alarm, ms since 1970. */
  nowMs: number;
  readonly devices: Map<string, DeviceState>;
  readonly associations: Map<string, DeviceAssociations>;
  /** What the gateways wrote about the devices in the last days (device-log.ts). */
  readonly deviceLog: DeviceLogBook;
  /** The beds on the screens now, by association. */
  readonly beds: Map<string, BedState>;
  readonly alarms: Map<string, ShownAlarm>;
  /** The alarm ids of each association. */
  readonly alarmsOf: Map<string, Set<string>>;
  readonly clearedRevs: Map<string, number>;
  /** The limits in force, by association. */
  readonly limits: Map<string, LimitsInForce>;
  /** The standby records, by association. The record of an ended standby is kept because of its `rev`. */
  readonly standby: Map<string, StandbyInForce>;
  /** The early warning scores, by association. */
  readonly scores: Map<string, Scores>;
  /** The outcomes of the last commands, by `commandId`. */
  readonly answers: Map<string, { readonly answer: CommandAnswer; readonly changeNo: number }>;
  /** False while the server has not read the hand-over notes. Screens then say that notes cannot be shown. */
  areNotesRead: boolean;
  readonly removals: Removal[];
  /** A screen whose last number is lower than this cannot get a delta and needs a snapshot. */
  forgottenChangeNo: number;
  /** The associations whose bed could not be computed for a screen since the last tick (failed-beds.ts). */
  readonly failedBeds: Set<string>;
  /**
   * Number of records that were left out, or used only in part. The reason is a maximum, an association that is not on
   * the screens, or a table of associations with an invalid date.
   */
  leftOut: number;
};

export function emptyState(): LiveState {
  return {
    changeNo: 0,
    nowMs: 0,
    devices: new Map(),
    associations: new Map(),
    deviceLog: newDeviceLogBook(),
    beds: new Map(),
    alarms: new Map(),
    alarmsOf: new Map(),
    clearedRevs: new Map(),
    limits: new Map(),
    standby: new Map(),
    scores: new Map(),
    answers: new Map(),
    areNotesRead: true,
    removals: [],
    forgottenChangeNo: 0,
    failedBeds: new Set(),
    leftOut: 0,
  };
}

/** Counts a change, and returns its number. */
export function nextChangeNo(state: LiveState): number {
  state.changeNo += 1;
  return state.changeNo;
}

/** Remembers a removed bed or alarm. If there are more than `removalsMax`, forgets the oldest. */
export function rememberRemoval(state: LiveState, removal: Removal): void {
  state.removals.push(removal);
  if (state.removals.length > removalsMax) {
    const dropped = state.removals.splice(0, state.removals.length - removalsMax);
    state.forgottenChangeNo = dropped[dropped.length - 1]!.changeNo;
  }
}

/** Remembers that an alarm of a tray is no longer shown, although the alarm is still in the state. */
export function rememberHiddenAlarm(state: LiveState, bed: BedState, alarmId: string): void {
  const { associationId } = bed;
  rememberRemoval(state, {
    changeNo: nextChangeNo(state),
    kind: 'alarm',
    associationId,
    alarmId,
    ward: audienceOf(bed),
  });
}

/** Gives the header data of a bed a new change number, so that the screens get the new data. */
export function markHeaderChanged(state: LiveState, bed: BedState): void {
  bed.headChangeNo = nextChangeNo(state);
  bed.changeNo = bed.headChangeNo;
}

/** Gives the header data of every bed of a device a new change number. */
export function markHeadersChanged(state: LiveState, device: DeviceState): void {
  for (const associationId of device.bedIds) {
    const bed = state.beds.get(associationId);
    if (bed) markHeaderChanged(state, bed);
  }
}

/** Returns the ward of a bed; null for a device without an association. */
export function wardOf(bed: BedState): string | null {
  return bed.period ? visibleText(bed.period.ward) : null;
}

/**
 * Returns the ward whose staff may see a bed. For a device without an association, this is the ward where the device
 * was last. Returns null for a device that belongs to biomedical engineering.
 */
export function audienceOf(bed: BedState): string | null {
  return wardOf(bed) ?? (bed.tray ? visibleText(bed.tray.ward) : null);
}
