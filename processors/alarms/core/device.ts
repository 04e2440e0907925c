/**
 * The detector of a device that is silent, gone, or has something to say of itself (CLINICAL, "Silence is an alarm"). Silence is noticed by the
 * wall clock alone. Pure.
 */
import { endsClockMeasure } from '../../../contracts/bed-notices.ts';
import {
  assess,
  type DeviceClock,
  initialClock,
  lateMsMax,
  measuredOffsetMs,
  skewed,
} from '../../../contracts/device-clock.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { parameters, technicalConditions } from '../../../contracts/parameters.ts';
import type { Condition } from './condition.ts';
import type { ConnectionInput, NoticeInput, ObservationInput, StatusInput } from './inputs.ts';

export type DevicePart = {
  readonly clock: DeviceClock;
  /** Nothing heard since it was last judged: there is silence to notice. */
  readonly armed: boolean;
  /** Armed by the admission alone: `firstReadingMs` counts. */
  readonly awaiting: boolean;
  /** Device time of the last reading about now, or of the connection: the onset of silence counts from it. */
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
  /** The newest connection known, by its claim. */
  readonly claim?: number;
  readonly statusAt: number;
  readonly status: { readonly boot: string; readonly seq: number } | null;
  /** Connected again a moment ago, and no reading since: what it measures is not called to be silent yet. */
  readonly returning: boolean;
  readonly silentSince: number | null;
  readonly disconnectedSince: number | null;
  /** Since when its clock is said to be wrong, and how; and when it last was, on the gateway's clock. */
  readonly skew: { readonly since: number; readonly text: string; readonly seenAt: number } | null;
  /** Its own technical conditions that hold, by condition and code: at most `conditionsMax`. */
  readonly own: Readonly<
    Record<
      string,
      { readonly condition: keyof typeof technicalConditions; readonly code?: string; readonly since: number }
    >
  >;
};

/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
const intervalMsDefault = 1_000;
/** Silence: no reading for 3 intervals, at least 5 s (CLINICAL, "Silence is an alarm"). */
const silenceMs = (intervalMs: number) => Math.max(3 * intervalMs, 5_000);
/** A patient was admitted to a device that has sent nothing since: somebody must look after so long (ours). */
const firstReadingMs = 60_000;
/** A device that has connected again begins to send within so long, or what it measures is silent (ours). */
const returningMs = 5_000;
/** A clock that has been right for so long is right (ours). */
const skewEndsMs = 10_000;
const conditionsMax = 64;

export const initialDevice: DevicePart = {
  clock: initialClock,
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
  returning: false,
  silentSince: null,
  disconnectedSince: null,
  skew: null,
  own: {},
};

const patienceMs = ({ awaiting, intervalMs }: DevicePart) => (awaiting ? firstReadingMs : silenceMs(intervalMs));

/** A patient is at a device that has sent nothing yet. */
export function awaitFirst(part: DevicePart, from: number, now: number): DevicePart {
  if (part.armed || part.heardAt !== 0) return part;
  return { ...part, armed: true, awaiting: true, eventTime: from, receivedAt: now, heardAt: now };
}

/** By the wall clock. */
export function noticeSilence(part: DevicePart, now: number): DevicePart {
  const waitedMs = now - part.heardAt;
  if (part.armed && waitedMs >= patienceMs(part)) return fallSilent(part);
  return part.returning && waitedMs >= returningMs ? { ...part, returning: false } : part;
}

/** The gateway refuses its readings because of their time: what was said of its clock is of before. */
export function endClockMeasure(part: DevicePart, { notice, receivedAt }: NoticeInput): DevicePart {
  const ends = part.skew !== null && endsClockMeasure(notice, receivedAt, part.readingAt);
  return ends ? { ...part, skew: null } : part;
}

/** The wall clock at which `noticeSilence` finds something. */
export const silenceDue = (part: DevicePart): number =>
  part.armed
    ? part.heardAt + (part.returning ? Math.min(returningMs, patienceMs(part)) : patienceMs(part))
    : Number.POSITIVE_INFINITY;

function fallSilent(part: DevicePart): DevicePart {
  return {
    ...part,
    armed: false,
    returning: false,
    silentSince: part.silentSince ?? part.eventTime + patienceMs(part),
  };
}

/** What its parameters say of a reading. */
export type Heard = {
  /** None of its values is about now; absent where it has none that is known. */
  readonly late?: boolean;
  /** The greatest error of the clocks that stamp them, ms; absent where it has none that is known. */
  readonly offsetMs?: number;
  /** How often the fastest of the parameters that still come is expected, ms; undefined where there is none. */
  readonly intervalMs: number | undefined;
};

/** A reading. One about now ends silence. */
export function hear(part: DevicePart, input: ObservationInput, heard: Heard, now: number): DevicePart {
  const { clock, late } = assess(part.clock, input.time, input.receivedAt);
  const skew = skewOf(heard.offsetMs ?? clock.offsetMs, part.skew, input);
  // What was received before the gateway noticed the end says nothing of the time after.
  const isBefore = part.disconnectedSince !== null && input.receivedAt <= part.connectionAt;
  if ((heard.late ?? late) || isBefore) return { ...part, clock, skew };
  return {
    ...part,
    clock,
    skew,
    armed: true,
    awaiting: false,
    returning: false,
    silentSince: null,
    disconnectedSince: null,
    eventTime: input.time,
    receivedAt: part.awaiting ? input.receivedAt : Math.max(input.receivedAt, part.receivedAt),
    heardAt: now,
    intervalMs: heard.intervalMs ?? input.intervalMs ?? part.intervalMs,
    readingAt: input.receivedAt,
  };
}

/** Whether a message reached the gateway too long after its time, by what is known of the device's clock. */
export function isLate({ clock }: DevicePart, time: number, receivedAt: number): boolean {
  return receivedAt - time - measuredOffsetMs(clock) > lateMsMax;
}

function skewOf(offsetMs: number, before: DevicePart['skew'], came: ObservationInput): DevicePart['skew'] {
  const { time, receivedAt } = came;
  if (!skewed({ offsetMs })) {
    // Of two modules one may have the right clock.
    return before !== null && receivedAt - before.seenAt < skewEndsMs ? before : null;
  }
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const text = `Device clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}`;
  // The first text stays: the seconds would change with each reading.
  return { ...(before ?? { since: time, text }), seenAt: receivedAt };
}

/**
 * The gateway's word that a connection came or ended. A connection taken over by the device's next one, or closed because a gateway went
 * out of service, is no end: silence will tell if the device does not come back.
 */
export function connection(part: DevicePart, input: ConnectionInput, now: number): DevicePart {
  const { claim, connectionAt } = part;
  if (isOlder(input.claim, claim)) return part;
  const newer = input.claim !== undefined && claim !== undefined && input.claim > claim;
  const known: DevicePart =
    input.claim === undefined
      ? part
      : // Another gateway's clock may be behind: of a newer connection its word counts all the same.
        { ...part, claim: input.claim, connectionAt: newer ? Math.min(connectionAt, input.receivedAt) : connectionAt };
  if (input.connected) return connected(known, input.receivedAt, now);
  const isNoEnd = input.reason === 'taken-over' || input.reason === 'drained' || input.reason === 'refused';
  return isNoEnd ? known : disconnected(known, input.receivedAt);
}

function connected(part: DevicePart, receivedAt: number, now: number): DevicePart {
  if (receivedAt < part.connectionAt) return part;
  // While readings come, a connection or a status says nothing more; before the first, silence counts from here.
  const begins = (!part.armed || part.awaiting) && part.silentSince === null;
  const armed = {
    armed: true,
    awaiting: false,
    returning: part.readingAt !== 0,
    eventTime: receivedAt,
    receivedAt,
    heardAt: now,
  };
  return { ...part, disconnectedSince: null, connectionAt: receivedAt, ...(begins && armed) };
}

function disconnected(part: DevicePart, receivedAt: number): DevicePart {
  if (receivedAt < part.connectionAt) return part;
  const disconnectedSince = part.disconnectedSince ?? receivedAt;
  return { ...part, disconnectedSince, silentSince: null, connectionAt: receivedAt, armed: false, returning: false };
}

/** A word about a connection that is not the device's newest. */
function isOlder(claim: number | undefined, known: number | undefined): boolean {
  return claim !== undefined && known !== undefined && claim < known;
}

/** Of a connection that never was claimed, nothing is known but that it is none of those that were. */
function isOldWill({ will }: StatusInput, known: number | undefined): boolean {
  if (will === undefined) return false;
  return will.reason === 'taken-over' || (will.claim === undefined ? known !== undefined : isOlder(will.claim, known));
}

/** The device's word on itself. Its list of conditions is whole each time; an older list says nothing new. */
export function status(part: DevicePart, input: StatusInput, now: number): DevicePart {
  if (isOldWill(input, part.claim)) return part;
  if (!input.online) return disconnected(part, input.receivedAt);
  const older = part.status?.boot === input.boot && input.seq <= part.status.seq;
  if (older || input.receivedAt < part.statusAt) return part;
  const said = {
    ...part,
    statusAt: input.receivedAt,
    status: { boot: input.boot, seq: input.seq },
    ...(input.intervalMs !== undefined && { intervalMs: input.intervalMs }),
    ...(input.conditions !== undefined && { own: ownOf(part, input) }),
  };
  return connected(said, input.receivedAt, now);
}

function ownOf({ own }: DevicePart, { conditions = [], time, receivedAt }: StatusInput): DevicePart['own'] {
  const present = conditions.filter((one) => one.present).slice(0, conditionsMax);
  return Object.fromEntries(
    present.map(({ condition, code }) => {
      const key = code === undefined ? condition : `${condition}/${code}`;
      const since = own[key]?.since ?? time ?? receivedAt;
      return [key, { condition, since, ...(code !== undefined && { code }) }];
    }),
  );
}

const silenceChain = 'silence';
const returningChains: ReadonlySet<string> = new Set([silenceChain]);
const noChains: ReadonlySet<string> = new Set();

/** Chains that no condition holds of, and that stand for others all the same: a device that has just come back is about to send. */
export const standing = ({ returning }: DevicePart): ReadonlySet<string> => (returning ? returningChains : noChains);

function hasNothingToSay({ silentSince, disconnectedSince, skew, own }: DevicePart): boolean {
  if (silentSince !== null || disconnectedSince !== null || skew !== null) return false;
  for (const _key in own) return false;
  return true;
}

const none: readonly Condition[] = [];

/** @param pressed false: nobody is at a device without a patient, so its silence is told, but not pressed */
export function deviceConditions(part: DevicePart, pressed: boolean): readonly Condition[] {
  if (hasNothingToSay(part)) return none;
  const found: Condition[] = [];
  const priority: Priority = pressed ? 'medium' : 'low';
  const add = (name: string, priority: Priority, text: string, onset: number, more: Partial<Condition> = {}) =>
    found.push({
      ...bare,
      key: name,
      name,
      chain: name,
      priority,
      text,
      onset,
      determined: onset,
      valueAt: onset,
      ...more,
    });
  const silence = (rank: number) => ({ chain: silenceChain, rank });
  if (part.silentSince !== null) add('no-data', priority, 'No data', part.silentSince, silence(1));
  if (part.disconnectedSince !== null)
    add('disconnected', priority, 'Device disconnected', part.disconnectedSince, silence(2));
  if (part.skew !== null) add('clock-skew', 'low', part.skew.text, part.skew.since);
  for (const [key, { condition, code, since }] of Object.entries(part.own)) {
    const { text, priority } = technicalConditions[condition];
    const label = code === undefined ? undefined : parameters.get(code)?.label;
    const words = label === undefined ? text : `${label}: ${text}`;
    add(condition, priority, words, since, { key, chain: key, ...(code !== undefined && { code }) });
  }
  return found;
}

const bare = {
  kind: 'technical',
  rank: 0,
  excess: 0,
  late: false,
  outOfOrder: false,
} as const;
