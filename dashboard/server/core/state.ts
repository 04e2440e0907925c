/**
 * What the screens show, folded from Kafka: associations, devices, values and alarms. The functions that change it
 * (beds.ts, readings.ts, alarms.ts) change it in place: a copy at each reading would cost more than everything else.
 * They have no other effect, so the same records in the same order give the same state.
 *
 * Each change takes the next number `n` and stamps what it touched. So a screen lacks everything in its scope that is
 * stamped later than its last number. No queue by screen is needed, and a slow screen gets the newest value only.
 * Things that left are kept in a bounded list; a screen that slept for longer than the list reaches gets a snapshot.
 */

import type { ContentRevision } from '../../../contracts/acknowledgement.ts';
import type { ReadingId } from '../../../contracts/corrections.ts';
import { type DeviceClock, grainMsMax, initialClock, type Numbered } from '../../../contracts/device-clock.ts';
import type { Alarm, CommandAnswer, LimitsInForce, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import type { TechnicalCondition } from '../../../contracts/messages/device.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import type { Scores } from '../../../contracts/messages/scores.ts';
import type { Starts } from '../../../contracts/shared-identity.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { Numeric } from '../../protocol/rest.ts';
import type { Rhythm } from './intervals.ts';

/** Devices at once; past it a device without an association is left out, and counted. */
export const devicesMax = 5_000;
/** Alarms on the screens at once; past it the oldest technical alarm that is acknowledged gives way. */
export const alarmsMax = 20_000;
/** Beds and alarms that left, remembered for screens that come back. */
export const goneMax = 2_000;
/** Revisions of alarms that left, so that an older event does not bring an alarm back. */
export const clearedMax = 50_000;
/** Associations whose limits are remembered; past it those that were published first are forgotten. */
export const limitsMax = 20_000;
/** Associations whose scores are remembered; past it those that were published longest ago are forgotten. */
export const scoresMax = 20_000;
/** Answers to commands that are remembered; a screen waits some seconds for its answer. */
export const answersMax = 500;
/** A device without association and without alarms leaves the screens after this long without a sign of life. */
export const unassignedForgetMs = 15 * 60_000;

/** A reading's place among those of one start of the device, by the device's own number. */
export type StartNumbered = Numbered & { readonly boot: string };

export type DeviceClockState = {
  /** Of the start of the device that sent last. */
  clock: DeviceClock;
  boot: string | undefined;
  /** Of its other starts; a second device with the same certificate has a clock of its own. */
  readonly others: Map<string | undefined, DeviceClock>;
  /** Receive time of the newest reading that the clock was measured by. */
  heardMs: number;
  /**
   * The newest reading by number, of the start of the device that sent last; undefined if that start does not number
   * its readings.
   */
  newest: StartNumbered | undefined;
  /** The clock error that the beds show; 0 if they show none. */
  toldMs: number;
  /** How coarse its times are, ms (contracts/device-clock.ts). */
  grainMs: number;
  /** The newest time that it stated, and when that was first received. */
  statedMs: number;
  statedAtMs: number;
};

export function newDeviceClock(): DeviceClockState {
  return {
    clock: initialClock,
    boot: undefined,
    others: new Map(),
    heardMs: 0,
    newest: undefined,
    toldMs: 0,
    grainMs: grainMsMax,
    statedMs: 0,
    statedAtMs: 0,
  };
}

export type DeviceState = {
  readonly deviceId: string;
  online: boolean | null;
  /** When `online` last changed, by the gateway's clock, ms since 1970. */
  onlineAtMs: number;
  /**
   * When its connection was last lost, by the gateway's clock, ms since 1970; 0: never. A value received before that is
   * not current.
   */
  lostAtMs: number;
  /** The claim of its newest connection; a later connection has a higher claim (gateway/claims.ts). */
  claim: number | undefined;
  model: string | undefined;
  conditions: readonly TechnicalCondition[];
  conditionsAtMs: number;
  /** When something last came from it, by the gateway's clock, ms since 1970. */
  seenAtMs: number;
  readonly clock: DeviceClockState;
  /** The starts whose readings came (shared-identity.ts). */
  starts: Starts;
  /** Its beds on the screens, usually one. */
  readonly bedIds: Set<string>;
};

export type ValueState = {
  readonly numeric: Numeric;
  /**
   * When it was measured, as far as the device's clock is known, and never after its receipt; ms since 1970. Of two
   * values the later one is shown.
   */
  readonly effectiveMs: number;
  /** The reading that brought it. */
  readonly origin: Origin;
  /**
   * For each start of the device, its last reading that was shown here. A repeat of such a reading is not shown anew.
   */
  readonly shown: readonly (ReadingId & { readonly deviceMs: number })[];
  readonly n: number;
};

/** A reading: its device time and its receipt, ms since 1970, and its identity if its place in the log is known. */
export type Origin = {
  readonly deviceMs: number;
  readonly receivedMs: number;
  readonly id: ReadingId | undefined;
  /** The device's own number of it; undefined if it has none. */
  readonly number: StartNumbered | undefined;
};

/** A notice at a bed. Times in ms since 1970. */
export type NoticeState = { readonly text: string; readonly sinceMs: number; readonly untilMs: number };

export type BedState = {
  readonly associationId: string;
  readonly deviceId: string;
  /** undefined: a device without association. */
  period: AssociationPeriod | undefined;
  /**
   * Of a device without association: the ward where it was last and since when it has no bed. Undefined: no such ward
   * is known.
   */
  tray: { readonly ward: string; readonly endedAtMs: number } | undefined;
  readonly values: Map<string, ValueState>;
  /** By code: when its values came, to tell when the next one is due. */
  readonly rhythms: Map<string, Rhythm>;
  /** Wave codes and when (receive time, ms) they last came. */
  readonly waves: Map<string, number>;
  /** By code: see notices.ts. */
  readonly notices: Map<string, NoticeState>;
  /** Stamp of everything but the values. */
  headN: number;
  /** The highest stamp of anything in it. */
  n: number;
};

export type AlarmHeld = {
  readonly alarm: Alarm;
  readonly n: number;
  /** When its writer published it, by the writer's clock, ms. */
  readonly saidAtMs: number;
  /** Which revisions an acknowledgement may name. */
  readonly said: ContentRevision;
  /**
   * Whether it may be shown in the tray in which its device stands (tray.ts), as judged at its stamp; always true for a
   * device in a bed.
   */
  readonly ofTray: boolean;
};

/** What left the screens: a bed, or an alarm of a bed. */
export type Gone = {
  readonly n: number;
  readonly kind: 'bed' | 'alarm';
  readonly associationId: string;
  readonly alarmId: string | undefined;
  readonly ward: string | null;
};

export type LiveState = {
  /** Of the last change. */
  n: number;
  /** This server's clock at the last tick or alarm. */
  nowMs: number;
  readonly devices: Map<string, DeviceState>;
  readonly associations: Map<string, DeviceAssociations>;
  /** The beds on the screens now, by association. */
  readonly beds: Map<string, BedState>;
  readonly alarms: Map<string, AlarmHeld>;
  /** The alarms of each association. */
  readonly alarmsOf: Map<string, Set<string>>;
  readonly clearedRevs: Map<string, number>;
  /** The limits in force, as the alarm processor publishes them, by association. */
  readonly limits: Map<string, LimitsInForce>;
  /** Standby, as the alarm processor publishes it, by association. A standby that has ended stays, with its `rev`. */
  readonly standby: Map<string, StandbyInForce>;
  /** Early warning scores, as the alarm processor publishes them, by association. */
  readonly scores: Map<string, Scores>;
  /** Outcomes of the last commands, by `commandId`. */
  readonly answers: Map<string, { readonly answer: CommandAnswer; readonly n: number }>;
  readonly gone: Gone[];
  /** Changes up to this number can no longer be sent as a delta. */
  forgottenN: number;
  /** Records left out because a maximum was reached or their association is not on the screens. */
  leftOut: number;
};

export function emptyState(): LiveState {
  return {
    n: 0,
    nowMs: 0,
    devices: new Map(),
    associations: new Map(),
    beds: new Map(),
    alarms: new Map(),
    alarmsOf: new Map(),
    clearedRevs: new Map(),
    limits: new Map(),
    standby: new Map(),
    scores: new Map(),
    answers: new Map(),
    gone: [],
    forgottenN: 0,
    leftOut: 0,
  };
}

/** The next stamp. */
export function nextN(state: LiveState): number {
  state.n += 1;
  return state.n;
}

/** Remembers what left, and forgets the oldest past `goneMax`. */
export function remember(state: LiveState, gone: Gone): void {
  state.gone.push(gone);
  if (state.gone.length > goneMax) {
    const dropped = state.gone.splice(0, state.gone.length - goneMax);
    state.forgottenN = dropped[dropped.length - 1]!.n;
  }
}

/** Remembers that an alarm left the screens of a tray, though the server still has it. */
export function rememberHidden(state: LiveState, bed: BedState, alarmId: string): void {
  const { associationId } = bed;
  remember(state, { n: nextN(state), kind: 'alarm', associationId, alarmId, ward: audienceOf(bed) });
}

export function stampHead(state: LiveState, bed: BedState): void {
  bed.headN = nextN(state);
  bed.n = bed.headN;
}

/** Stamps every bed of a device. */
export function stampHeads(state: LiveState, device: DeviceState): void {
  for (const associationId of device.bedIds) {
    const bed = state.beds.get(associationId);
    if (bed) stampHead(state, bed);
  }
}

/** The ward of the bed; null for a device without association. */
export function wardOf(bed: BedState): string | null {
  return bed.period ? visibleText(bed.period.ward) : null;
}

/**
 * The ward whose people may see it: the bed's, otherwise the ward where the device was last. Null: biomedical
 * engineering's.
 */
export function audienceOf(bed: BedState): string | null {
  return wardOf(bed) ?? (bed.tray ? visibleText(bed.tray.ward) : null);
}
