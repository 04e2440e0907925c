/** One association's engine state: plain JSON, so that it can be snapshot. Bounded: see each part. */

import type { Said } from '../../contracts/acknowledgement.ts';
import { type DeviceClock, initialClock } from '../../contracts/device-clock.ts';
import type { Alarm, AlertKind, Limits, Priority } from '../../contracts/messages/alarms.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import type { LimitGroup } from '../../contracts/parameters.ts';
import type { Starts } from '../../contracts/shared-identity.ts';
import type { AssociationInput } from './inputs.ts';
import { initialLine, type Line } from './line.ts';
import type { Continuity } from './missing.ts';
import type { Seen } from './seen.ts';
import { intervalMsDefault } from './tuning.ts';

/** A condition that is not about a value: silence, the device's own word, a wrong clock. */
export type Technical = {
  readonly condition: string;
  readonly priority: Priority;
  readonly text: string;
  readonly code?: string;
  /** Event time. */
  readonly onset: number;
};

/** When the device was last heard. */
export type Silence = {
  /** Nothing heard since it was last judged: there is silence to notice. */
  readonly armed: boolean;
  /** Armed by the admission alone: `firstReadingMs` counts. */
  readonly awaiting: boolean;
  /** Event time of the last reading about now (or of the connection): the onset of silence counts from it. */
  readonly eventTime: number;
  /** The gateway's clock then. Two readings are compared by it. */
  readonly receivedAt: number;
  /** The engine's clock then. The wall clock is compared with it. */
  readonly heardAt: number;
  readonly intervalMs: number;
  /** The gateway's clock at the last reading about now; 0 before the first. */
  readonly readingAt: number;
  /** The last word on the connection, on the gateway's clock. */
  readonly connectionAt: number;
  /** The newest connection known, by its claim; absent before the first. */
  readonly claim?: number;
  readonly statusAt: number;
  readonly status: { readonly boot: string; readonly seq: number } | null;
  /** Readings in a row, about, that came too far apart. */
  readonly gaps: number;
};

/** An alarm on the screens, and what the engine must remember of it. */
export type LiveAlarm = {
  readonly alarm: Alarm;
  readonly acknowledged: boolean;
  /** A graver condition of the same parameter and side stands for it: present, without a signal. */
  readonly subsumed: boolean;
  /** Event time of the present occurrence. */
  readonly onset: number;
  /** Wall clock since which it calls. */
  readonly signalSince: number;
  readonly escalateAt: number | null;
  readonly realarmAt: number | null;
  /** Event time at which value and text were last told. */
  readonly toldAt: number;
  /** Which revisions an acknowledgement may be of. Absent in states of before it was noted. */
  readonly said?: Said;
};

/** An alarm that has left: a repeat of its readings raises nothing new. `from` and `to` are event times. */
export type Closed = {
  readonly alarmId: string;
  readonly rev: number;
  readonly key: string;
  readonly from: number;
  readonly to: number;
};

export type HeldAcknowledgement = {
  readonly alarmId: string;
  readonly by: Actor;
  readonly at: string;
  readonly heldAt: number;
};

export const counterNames = [
  'readings',
  'repeats',
  'lateReadings',
  'lateRestarts',
  'clockSteps',
  'valuesMissing',
  'valuesImplausible',
  'statusesOld',
  'acknowledgementsHeld',
  'acknowledgementsUnknown',
  'acknowledgementsRepeated',
  'acknowledgementsStale',
  'commandsRepeated',
  'limitsRefused',
  'technicalDropped',
  'gaps',
  'readingsMissing',
  'readingsFilled',
  'numberingsOdd',
  'sharedIdentity',
] as const;
export type Counter = (typeof counterNames)[number];

export type State = {
  readonly v: 1;
  readonly associationId: string;
  readonly deviceId: string | null;
  readonly association: Pick<AssociationInput, 'category' | 'ward' | 'endedAt'> | null;
  /** One patient's own limits, by group: at most one each. */
  readonly overrides: Readonly<Partial<Record<LimitGroup, Limits>>>;
  /** Readings in the order of their time; and those that came after a later one. */
  readonly main: Line;
  readonly late: Line;
  readonly seen: Seen;
  /** Which numbers are missing; absent in states of before it was watched. */
  readonly continuity?: Continuity;
  /** The starts whose readings came; absent in states of before they were watched. */
  readonly starts?: Starts;
  readonly clock: DeviceClock;
  readonly silence: Silence;
  /** By condition, and parameter where it names one; at most `technicalMax` and a handful. */
  readonly technical: Readonly<Record<string, Technical>>;
  /** When each notice of the gateway ends, by its code; absent before the first. */
  readonly notices?: Readonly<Record<string, number>>;
  /** By condition: at most one each, so bounded by the tables. */
  readonly live: Readonly<Record<string, LiveAlarm>>;
  readonly closed: readonly Closed[];
  readonly held: readonly HeldAcknowledgement[];
  readonly commandIds: readonly string[];
  /** `over`: the gravest priority that it silences; null where nothing called. */
  readonly pause: { readonly until: number; readonly over: Priority | null } | null;
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
};

export function initialState(associationId: string): State {
  return {
    v: 1,
    associationId,
    deviceId: null,
    association: null,
    overrides: {},
    main: initialLine,
    late: initialLine,
    seen: [],
    clock: initialClock,
    silence: {
      armed: false,
      awaiting: false,
      eventTime: 0,
      receivedAt: 0,
      heardAt: 0,
      intervalMs: intervalMsDefault,
      readingAt: 0,
      connectionAt: 0,
      statusAt: 0,
      status: null,
      gaps: 0,
    },
    technical: {},
    live: {},
    closed: [],
    held: [],
    commandIds: [],
    pause: null,
    counters: {},
  };
}

/** A condition that holds, as the alarms are made from it. */
export type Active = {
  /** Unique in an association: the condition, and its parameter where a device's own condition names one. */
  readonly key: string;
  readonly condition: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** Of the conditions of one chain, only the one of the highest rank calls. */
  readonly chain: string;
  readonly rank: number;
  readonly text: string;
  readonly code?: string;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly onset: number;
  readonly determined: number;
  /** Event time of `value`. */
  readonly valueAt: number;
  /** How far beyond the limit. */
  readonly excess: number;
  readonly late: boolean;
  /** From readings that came after later ones. */
  readonly outOfOrder: boolean;
};
