/**
 * The detector of a device that is silent, is disconnected, or reports a problem of its own (CLINICAL, "Silence is an alarm"). Only the
 * wall clock notices silence. Pure.
 */
import { endsClockMeasure } from '../../../contracts/bed-notices.ts';
import {
  assess,
  type DeviceClock,
  initialClock,
  isSkewed,
  lateMsMax,
  measuredOffsetMs,
} from '../../../contracts/device-clock.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { parameters, technicalConditions } from '../../../contracts/parameters.ts';
import type { Condition } from './condition.ts';
import type { ConnectionInput, NoticeInput, ObservationInput, StatusInput } from './inputs.ts';

export type DevicePart = {
  readonly clock: DeviceClock;
  /** The device has not been silent since it was last judged, so silence can be noticed. */
  readonly armed: boolean;
  /** Only the admission armed it: `firstReadingMs` counts. */
  readonly awaiting: boolean;
  /** Device time of the last current reading, or of the connection. The onset of silence counts from it. */
  readonly eventTime: number;
  /** The gateway's clock at that moment. Two readings are compared by it. */
  readonly receivedAt: number;
  /** The engine's clock at that moment. The wall clock is compared with it. */
  readonly heardAt: number;
  readonly intervalMs: number;
  /** The gateway's clock at the last current reading; 0 before the first. */
  readonly readingAt: number;
  /** The gateway's clock at the last message about the connection. */
  readonly connectionAt: number;
  /** The claim number of the newest known connection. */
  readonly claim?: number;
  readonly statusAt: number;
  readonly status: { readonly boot: string; readonly seq: number } | null;
  /** The device connected again a moment ago and has sent no reading since. Its parameters are not reported as silent yet. */
  readonly returning: boolean;
  readonly silentSince: number | null;
  readonly disconnectedSince: number | null;
  /** The wrong clock of the device: since when, in which words, and when it was last seen wrong (the gateway's clock). */
  readonly skew: { readonly since: number; readonly text: string; readonly seenAt: number } | null;
  /** The device's own technical conditions that hold, by condition and code; at most `conditionsMax`. */
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
/** A patient was admitted to a device that has sent nothing since. After this long a person must look (ours). */
const firstReadingMs = 60_000;
/** A device that has connected again begins to send within this time. After it, its parameters are reported as silent (ours). */
const returningMs = 5_000;
/** The alarm about a wrong clock ends after the clock has been right for this long (ours). */
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

/** Starts the wait for the first reading: a patient is at a device that has sent nothing yet. */
export function awaitFirst(part: DevicePart, from: number, now: number): DevicePart {
  if (part.armed || part.heardAt !== 0) return part;
  return { ...part, armed: true, awaiting: true, eventTime: from, receivedAt: now, heardAt: now };
}

/** Notices silence by the wall clock. */
export function noticeSilence(part: DevicePart, now: number): DevicePart {
  const waitedMs = now - part.heardAt;
  if (part.armed && waitedMs >= patienceMs(part)) return fallSilent(part);
  return part.returning && waitedMs >= returningMs ? { ...part, returning: false } : part;
}

/** The gateway refuses the device's readings because of their time. What was measured of its clock no longer holds. */
export function endClockMeasure(part: DevicePart, { notice, receivedAt }: NoticeInput): DevicePart {
  const ends = part.skew !== null && endsClockMeasure(notice, receivedAt, part.readingAt);
  return ends ? { ...part, skew: null } : part;
}

/** Returns the wall clock at which `noticeSilence` finds something. */
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

/** What the parameters of a reading show about the device. */
export type Heard = {
  /** None of its values is current; absent if no parameter is known. */
  readonly late?: boolean;
  /** The greatest error of the clocks that stamp its values, ms; absent if no parameter is known. */
  readonly offsetMs?: number;
  /** The expected interval of the fastest parameter that still comes, ms; undefined if none of them comes. */
  readonly intervalMs: number | undefined;
};

/** Takes a reading. A current reading ends silence. */
export function hear(part: DevicePart, input: ObservationInput, heard: Heard, now: number): DevicePart {
  const { clock, late } = assess(part.clock, input.time, input.receivedAt);
  const skew = skewOf(heard.offsetMs ?? clock.offsetMs, part.skew, input);
  // A reading that was received before the gateway noticed the disconnection says nothing about the time after it.
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

/** Returns whether a message reached the gateway too long after its time, given the known error of the device's clock. */
export function isLate({ clock }: DevicePart, time: number, receivedAt: number): boolean {
  return receivedAt - time - measuredOffsetMs(clock) > lateMsMax;
}

function skewOf(offsetMs: number, before: DevicePart['skew'], came: ObservationInput): DevicePart['skew'] {
  const { time, receivedAt } = came;
  if (!isSkewed({ offsetMs })) {
    // One of two modules may have the right clock.
    return before !== null && receivedAt - before.seenAt < skewEndsMs ? before : null;
  }
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const text = `Device clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}`;
  // The first text stays, because the seconds would change with each reading.
  return { ...(before ?? { since: time, text }), seenAt: receivedAt };
}

/**
 * Takes the gateway's message that a connection began or ended. It is not an end if the device's next connection replaced this one, or if a
 * gateway closed it to go out of service. If the device does not come back, the silence alarm shows it.
 */
export function connection(part: DevicePart, input: ConnectionInput, now: number): DevicePart {
  const { claim, connectionAt } = part;
  if (isOlder(input.claim, claim)) return part;
  const newer = input.claim !== undefined && claim !== undefined && input.claim > claim;
  const known: DevicePart =
    input.claim === undefined
      ? part
      : // The clock of another gateway may be behind, so its message about a newer connection counts anyway.
        { ...part, claim: input.claim, connectionAt: newer ? Math.min(connectionAt, input.receivedAt) : connectionAt };
  if (input.connected) return connected(known, input.receivedAt, now);
  const isNoEnd = input.reason === 'taken-over' || input.reason === 'drained' || input.reason === 'refused';
  return isNoEnd ? known : disconnected(known, input.receivedAt);
}

function connected(part: DevicePart, receivedAt: number, now: number): DevicePart {
  if (receivedAt < part.connectionAt) return part;
  // While readings come, a connection or a status changes nothing here. Before the first reading, silence counts from now.
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

/** Returns whether a message is about an older connection than the device's newest. */
function isOlder(claim: number | undefined, known: number | undefined): boolean {
  return claim !== undefined && known !== undefined && claim < known;
}

/** Returns whether a will is of an old connection. A connection without a claim is not the newest if a claimed connection is known. */
function isOldWill({ will }: StatusInput, known: number | undefined): boolean {
  if (will === undefined) return false;
  return will.reason === 'taken-over' || (will.claim === undefined ? known !== undefined : isOlder(will.claim, known));
}

/** Takes the device's status. Each list of conditions is complete. An older list changes nothing. */
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
  const present = conditions.filter((condition) => condition.present).slice(0, conditionsMax);
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

/**
 * Returns the chains that call instead of others although none of their conditions holds: a device that has just come back is about to
 * send.
 */
export const standing = ({ returning }: DevicePart): ReadonlySet<string> => (returning ? returningChains : noChains);

function hasNothingToSay({ silentSince, disconnectedSince, skew, own }: DevicePart): boolean {
  if (silentSince !== null || disconnectedSince !== null || skew !== null) return false;
  for (const _key in own) return false;
  return true;
}

const none: readonly Condition[] = [];

/** @param pressed false: no patient is at the device, so its silence is only a low alarm */
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
