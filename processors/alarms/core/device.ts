/**
 * The detector of a device that is silent, is disconnected, or reports a technical problem (CLINICAL, "Silence is an
 * alarm"). Silence is measured by the wall clock only. Pure.
 */
import { voidsClockError } from '../../../contracts/bed-notices.ts';
import { isHandOver, isOlderConnection, isOldWill } from '../../../contracts/connections.ts';
import {
  assessReading,
  clockErrorText,
  type DeviceClock,
  initialClock,
  isSkewed,
  lateMsMax,
} from '../../../contracts/device-clock.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { parameters, technicalConditions } from '../../../contracts/parameters.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { ConnectionInput, NoticeInput, ObservationInput, StatusInput } from './inputs.ts';
import { intervalMsDefault } from './interval.ts';

export type DevicePart = {
  readonly clock: DeviceClock;
  /** The engine waits for the next reading: if none comes in time, the device is silent. */
  readonly armed: boolean;
  /**
   * The engine has waited since the patient's admission, and the device has sent nothing yet: `firstReadingMs` applies.
   */
  readonly awaiting: boolean;
  /**
   * Time of the event from which the engine waits: the last current reading (the device's clock), the connection (the
   * gateway's clock), or the patient's admission. The onset of silence counts from this time.
   */
  readonly eventTime: number;
  /** The gateway's clock at the reading or connection of `eventTime`; the engine's clock if it was the admission. */
  readonly receivedAt: number;
  /** The engine's clock when the event of `eventTime` was handled. Silence is measured from this time. */
  readonly heardAt: number;
  readonly intervalMs: number;
  /** The gateway's clock at the last current reading; 0 before the first. */
  readonly readingAt: number;
  /** The gateway's clock at the last message about the connection, or at the last status. */
  readonly connectionAt: number;
  /** The claim number of the newest known connection. */
  readonly claim?: number;
  readonly statusAt: number;
  readonly status: { readonly boot: string; readonly seq: number } | null;
  /** The device has just connected again and has sent no reading yet. Its parameters are not reported as silent yet. */
  readonly returning: boolean;
  readonly silentSince: number | null;
  readonly disconnectedSince: number | null;
  /**
   * The wrong clock of the device: since when, the text of the alarm, and when the clock was last seen wrong (the
   * gateway's clock). `offsetMs`: the error that the text names; `shownAt`: when a reading last had about this error
   * (the gateway's clock). A snapshot of an earlier version has neither.
   */
  readonly skew: {
    readonly since: number;
    readonly text: string;
    readonly seenAt: number;
    readonly offsetMs?: number;
    readonly shownAt?: number;
  } | null;
  /** The technical problems that the device reports, by condition and code; at most `conditionsMax`. */
  readonly own: Readonly<
    Record<
      string,
      { readonly condition: keyof typeof technicalConditions; readonly code?: string; readonly since: number }
    >
  >;
};

/** A device is silent after 3 intervals without a reading, and at least 5 s (CLINICAL, "Silence is an alarm"). */
const silenceMs = (intervalMs: number) => Math.max(3 * intervalMs, 5_000);
/** If a device has sent nothing for this time since the patient's admission, the device is silent (ours). */
const firstReadingMs = 60_000;
/** For this time after a device has connected again, its parameters are not reported as silent (a number of ours). */
const returningMs = 5_000;
/** The alarm about a wrong clock ends after the clock has been right for this time (a number of ours). */
const skewEndsMs = 10_000;
/**
 * A smaller error of the clock is shown when no reading has had the shown error for this time (a number of ours). The
 * time is long, because a module with its own clock may send only every some minutes.
 */
const shownErrorMs = 10 * 60_000;
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

/** Returns how long the engine waits for the next reading, ms. */
const patienceMs = ({ awaiting, intervalMs }: DevicePart) => (awaiting ? firstReadingMs : silenceMs(intervalMs));

/** Starts the wait for the first reading of a device that has sent nothing since the patient's admission at `from`. */
export function awaitFirstReading(part: DevicePart, from: number, now: number): DevicePart {
  if (part.armed || part.heardAt !== 0) return part;
  return { ...part, armed: true, awaiting: true, eventTime: from, receivedAt: now, heardAt: now };
}

/** Marks the device as silent if it has sent nothing for too long, by the wall clock. */
export function noticeSilentDevice(part: DevicePart, now: number): DevicePart {
  const waitedMs = now - part.heardAt;
  if (part.armed && waitedMs >= patienceMs(part)) return silentPart(part);
  return part.returning && waitedMs >= returningMs ? { ...part, returning: false } : part;
}

/**
 * Ends the alarm about a wrong clock if the gateway refuses the device's readings because of their time. Such a refusal
 * shows that the measured error of the clock is out of date.
 */
export function endOutdatedClockError(part: DevicePart, { notice, receivedAt }: NoticeInput): DevicePart {
  const isOutOfDate = part.skew !== null && voidsClockError(notice, receivedAt, part.readingAt);
  return isOutOfDate ? { ...part, skew: null } : part;
}

/** Returns the wall-clock time at which `noticeSilentDevice` next changes something. */
export const deviceSilenceDue = (part: DevicePart): number =>
  part.armed
    ? part.heardAt + (part.returning ? Math.min(returningMs, patienceMs(part)) : patienceMs(part))
    : Number.POSITIVE_INFINITY;

function silentPart(part: DevicePart): DevicePart {
  return {
    ...part,
    armed: false,
    returning: false,
    silentSince: part.silentSince ?? part.eventTime + patienceMs(part),
  };
}

/** What the values of a reading show about the device. */
export type ReadingFacts = {
  /** All values are late; absent if no parameter of the reading is known. */
  readonly late?: boolean;
  /** The greatest error of the clocks of the values, ms; absent if no parameter of the reading is known. */
  readonly offsetMs?: number;
  /**
   * The expected interval of the most frequent parameter that is not silent, ms; undefined if all parameters are
   * silent.
   */
  readonly intervalMs: number | undefined;
};

/** Handles a reading. A current reading ends the silence of the device. */
export function takeReading(part: DevicePart, input: ObservationInput, facts: ReadingFacts, now: number): DevicePart {
  const { clock, late } = assessReading(part.clock, input.time, input.receivedAt);
  const skew = skewOf(facts.offsetMs ?? clock.offsetMs, part.skew, input);
  // A reading that was received before the disconnection does not show that the device is back.
  const isBefore = part.disconnectedSince !== null && input.receivedAt <= part.connectionAt;
  if ((facts.late ?? late) || isBefore) return { ...part, clock, skew };
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
    intervalMs: facts.intervalMs ?? input.intervalMs ?? part.intervalMs,
    readingAt: input.receivedAt,
  };
}

function skewOf(offsetMs: number, before: DevicePart['skew'], reading: ObservationInput): DevicePart['skew'] {
  const { time, receivedAt } = reading;
  if (!isSkewed({ offsetMs })) {
    // If the modules of a device have different clocks, one clock may be right while another is wrong.
    return before !== null && receivedAt - before.seenAt < skewEndsMs ? before : null;
  }
  const seen = { since: before?.since ?? time, seenAt: receivedAt };
  if (before !== null && !mustShowError(before, offsetMs, receivedAt)) {
    const isAsShown = Math.abs(offsetMs - before.offsetMs!) <= lateMsMax;
    return { ...before, ...seen, ...(isAsShown && { shownAt: receivedAt }) };
  }
  return { ...seen, text: `Device clock is ${clockErrorText(offsetMs)}`, offsetMs, shownAt: receivedAt };
}

/**
 * Returns whether the text of the alarm must name a new error of the clock. A difference of some seconds needs no new
 * text. If the modules of a device have different clocks, the text names the greatest error.
 */
function mustShowError(before: NonNullable<DevicePart['skew']>, offsetMs: number, receivedAt: number): boolean {
  const { offsetMs: shownMs, shownAt = 0 } = before;
  if (shownMs === undefined) return true;
  if (Math.abs(offsetMs - shownMs) <= lateMsMax) return false;
  return Math.abs(offsetMs) > Math.abs(shownMs) || receivedAt - shownAt >= shownErrorMs;
}

/**
 * Handles the gateway's message that a connection began or ended. The device does not count as disconnected if it has a
 * newer connection, or if a gateway closed the connection to go out of service. A device that then stays away becomes
 * silent.
 */
export function takeConnection(part: DevicePart, input: ConnectionInput, now: number): DevicePart {
  const { claim, connectionAt } = part;
  if (isOlderConnection(input.claim, claim)) return part;
  const isNewerConnection = input.claim !== undefined && claim !== undefined && input.claim > claim;
  const updated: DevicePart =
    input.claim === undefined
      ? part
      : // If the clock of another gateway is behind, its message about a newer connection still counts.
        {
          ...part,
          claim: input.claim,
          connectionAt: isNewerConnection ? Math.min(connectionAt, input.receivedAt) : connectionAt,
        };
  if (input.connected) return connected(updated, input.receivedAt, now);
  return isHandOver(input.reason) ? updated : disconnected(updated, input.receivedAt);
}

function connected(part: DevicePart, receivedAt: number, now: number): DevicePart {
  if (receivedAt < part.connectionAt) return part;
  // If no readings come yet, the wait for the next reading starts now. While readings come or the device is silent, a
  // connection starts no new wait.
  const startsWait = (!part.armed || part.awaiting) && part.silentSince === null;
  const armed = {
    armed: true,
    awaiting: false,
    returning: part.readingAt !== 0,
    eventTime: receivedAt,
    receivedAt,
    heardAt: now,
  };
  return { ...part, disconnectedSince: null, connectionAt: receivedAt, ...(startsWait && armed) };
}

function disconnected(part: DevicePart, receivedAt: number): DevicePart {
  if (receivedAt < part.connectionAt) return part;
  const disconnectedSince = part.disconnectedSince ?? receivedAt;
  return { ...part, disconnectedSince, silentSince: null, connectionAt: receivedAt, armed: false, returning: false };
}

/**
 * Handles the device's status. Its list of conditions replaces the earlier list. A status that is older than the last
 * status changes nothing.
 */
export function takeDeviceStatus(part: DevicePart, input: StatusInput, now: number): DevicePart {
  if (input.will && isOldWill(input.will, part.claim)) return part;
  if (!input.online) return disconnected(part, input.receivedAt);
  const isOlderStatus = part.status?.boot === input.boot && input.seq <= part.status.seq;
  if (isOlderStatus || input.receivedAt < part.statusAt) return part;
  const updated = {
    ...part,
    statusAt: input.receivedAt,
    status: { boot: input.boot, seq: input.seq },
    ...(input.intervalMs !== undefined && { intervalMs: input.intervalMs }),
    ...(input.conditions !== undefined && { own: reportedConditionsOf(part, input) }),
  };
  return connected(updated, input.receivedAt, now);
}

function reportedConditionsOf(
  { own }: DevicePart,
  { conditions = [], time, receivedAt }: StatusInput,
): DevicePart['own'] {
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
 * Returns the causes that count as present without a condition. Shortly after a device has connected again, the result
 * is `silence`, so that its silent parameters do not call.
 */
export const callingChainsOf = ({ returning }: DevicePart): ReadonlySet<string> =>
  returning ? returningChains : noChains;

function hasNoCondition({ silentSince, disconnectedSince, skew, own }: DevicePart): boolean {
  if (silentSince !== null || disconnectedSince !== null || skew !== null) return false;
  for (const _key in own) return false;
  return true;
}

const noConditions: readonly Condition[] = [];

/**
 * Returns the technical conditions of the device.
 * @param hasPatient if false, the alarm of a silent or disconnected device is only low
 */
export function deviceConditions(part: DevicePart, hasPatient: boolean): readonly Condition[] {
  if (hasNoCondition(part)) return noConditions;
  const conditions: Condition[] = [];
  const priority: Priority = hasPatient ? 'medium' : 'low';
  const add = (...fields: Parameters<typeof technicalCondition>) => conditions.push(technicalCondition(...fields));
  const silence = (rank: number) => ({ chain: silenceChain, rank });
  if (part.silentSince !== null) add('no-data', priority, 'No data', part.silentSince, silence(1));
  if (part.disconnectedSince !== null)
    add('disconnected', priority, 'Device disconnected', part.disconnectedSince, silence(2));
  if (part.skew !== null) add('clock-skew', 'low', part.skew.text, part.skew.since);
  for (const [key, { condition, code, since }] of Object.entries(part.own)) {
    const { text, priority } = technicalConditions[condition];
    const label = code === undefined ? undefined : parameters.get(code)?.label;
    const alarmText = label === undefined ? text : `${label}: ${text}`;
    add(condition, priority, alarmText, since, { key, chain: key, ...(code !== undefined && { code }) });
  }
  return conditions;
}
