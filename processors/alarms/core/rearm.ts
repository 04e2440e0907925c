/**
 * Corrects the times of a saved state after the machine's clock was set back. A time in the future becomes the present
 * time, and no timer runs longer than its usual maximum. Pure.
 */
import { activePauseEndMs } from '../../../contracts/audio-pause.ts';
import { type GatewayNotice, gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { limitsOffMsMax } from '../../../contracts/effective-limits.ts';
import type { Starts } from '../../../contracts/shared-identity.ts';
import { atMostNow, limitedEndMs } from '../../../contracts/steady-time.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { type LiveAlarm, realarmMsOf } from './alarm.ts';
import type { ArrivalsPart } from './arrivals.ts';
import type { BookPart } from './book-part.ts';
import type { ContinuityPart } from './continuity.ts';
import type { DevicePart } from './device.ts';
import { noDataMsMin } from './interval.ts';
import type { LimitsPart } from './limits.ts';
import { type FaultPart, unjudgedMsMax } from './not-judged.ts';
import type { NoticesPart } from './notices.ts';
import type { OwnAlertsPart } from './own-alerts.ts';
import { type Profile, timesOf } from './profile.ts';
import { rearmScores } from './scores/scores.ts';
import { rearmStandby } from './standby.ts';
import type { State } from './state.ts';

/** Returns a time, or the present time if the time is in the future. */
type ClampToNow = (ms: number) => number;

/**
 * Returns the state without times in the future.
 * @param profile the patient's profile, which has the maxima of the timers
 */
export function rearm(state: State, profile: Profile, now: number): State {
  const clampToNow: ClampToNow = (ms) => atMostNow(ms, now);
  return {
    ...state,
    arrivals: rearmArrivals(state.arrivals, clampToNow, now),
    limits: rearmLimits(state.limits, clampToNow),
    device: rearmDevice(state.device, clampToNow),
    continuity: rearmContinuity(state.continuity, clampToNow),
    identity: rearmIdentity(state.identity, clampToNow),
    notices: rearmNotices(state.notices, now),
    overrides: rearmOverrides(state.overrides, now),
    scores: rearmScores(state.scores, now),
    ownAlerts: rearmOwnAlerts(state.ownAlerts, clampToNow),
    standby: rearmStandby(state.standby, now),
    ...(state.fault && { fault: rearmFault(state.fault, now) }),
    book: rearmBook(state.book, profile, now),
  };
}

function rearmArrivals(part: ArrivalsPart, clampToNow: ClampToNow, now: number): ArrivalsPart {
  const rearmed = Object.entries(part.codes).map(
    ([code, arrival]) => [code, { ...arrival, heardAt: clampToNow(arrival.heardAt) }] as const,
  );
  return { ...part, codes: Object.fromEntries(rearmed), quietUntil: Math.min(part.quietUntil, now + noDataMsMin) };
}

function rearmLimits(part: LimitsPart, clampToNow: ClampToNow): LimitsPart {
  const lines = Object.entries(part).map(([code, line]) => {
    const { late } = line;
    return [code, late ? { ...line, late: { ...late, heardAt: clampToNow(late.heardAt) } } : line] as const;
  });
  return Object.fromEntries(lines);
}

function rearmDevice(part: DevicePart, clampToNow: ClampToNow): DevicePart {
  return {
    ...part,
    receivedAt: clampToNow(part.receivedAt),
    heardAt: clampToNow(part.heardAt),
    skew: part.skew && {
      ...part.skew,
      seenAt: clampToNow(part.skew.seenAt),
      ...(part.skew.shownAt !== undefined && { shownAt: clampToNow(part.skew.shownAt) }),
    },
    readingAt: clampToNow(part.readingAt),
    connectionAt: clampToNow(part.connectionAt),
    statusAt: clampToNow(part.statusAt),
  };
}

function rearmContinuity(part: ContinuityPart, clampToNow: ClampToNow): ContinuityPart {
  const holes = part.holes.map((hole) => ({ ...hole, since: clampToNow(hole.since) }));
  return { ...part, holes, toldAt: clampToNow(part.toldAt) };
}

function rearmIdentity({ turns, starts }: Starts, clampToNow: ClampToNow): Starts {
  return {
    turns: { ...turns, turnsMs: turns.turnsMs.map(clampToNow) },
    starts: starts.map((start) => ({ ...start, firstMs: clampToNow(start.firstMs), lastMs: clampToNow(start.lastMs) })),
  };
}

function rearmFault(part: FaultPart, now: number): FaultPart {
  const { unjudged } = part;
  const rearmed = Object.entries(unjudged ?? {}).map(
    ([code, until]) => [code, limitedEndMs(until, now, unjudgedMsMax)] as const,
  );
  const lastAt = atMostNow(part.lastAt, now);
  return { ...part, lastAt, ...(unjudged && { unjudged: Object.fromEntries(rearmed) }) };
}

function rearmNotices(part: NoticesPart, now: number): NoticesPart {
  const rearmed = Object.entries(part).map(([code, { since, until }]) => {
    const forMs = gatewayNoticeForMs[code as GatewayNotice] ?? 0;
    return [code, { since, until: limitedEndMs(until, now, forMs) }] as const;
  });
  return Object.fromEntries(rearmed);
}

/** Returns the patient's own limits. Limits that are off stay off for at most the usual maximum. */
function rearmOverrides(overrides: State['overrides'], now: number): State['overrides'] {
  const rearmed = Object.entries(overrides).map(([group, own]) => {
    if (own.off === undefined) return [group, own] as const;
    const until = formatInstant(limitedEndMs(Date.parse(own.off.until), now, limitsOffMsMax));
    return [group, { ...own, off: { ...own.off, until } }] as const;
  });
  return Object.fromEntries(rearmed);
}

function rearmOwnAlerts(part: OwnAlertsPart, clampToNow: ClampToNow): OwnAlertsPart {
  return { ...part, lists: part.lists.map((list) => ({ ...list, receivedAt: clampToNow(list.receivedAt) })) };
}

function rearmBook(part: BookPart, profile: Profile, now: number): BookPart {
  const pause = part.pause && activePauseEndMs(part.pause.until, now) !== undefined ? part.pause : null;
  const live = Object.entries(part.live).map(([key, alarm]) => [key, rearmAlarm(alarm, pause, profile, now)] as const);
  const waiting = part.held.map((entry) => ({ ...entry, heldAt: atMostNow(entry.heldAt, now) }));
  return { ...part, pause, held: waiting, live: Object.fromEntries(live) };
}

/**
 * Returns an alarm with corrected timers. Its audio pause is removed if it would end later than the pause of the bed.
 */
function rearmAlarm(live: LiveAlarm, pause: BookPart['pause'], profile: Profile, now: number): LiveAlarm {
  const { escalateAt, realarmAt } = live;
  const times = timesOf(profile, live.alarm);
  const waitMs = times.escalationMs[live.alarm.priority];
  const { audioPausedUntil, ...alarm } = live.alarm;
  const isPauseOver = audioPausedUntil !== undefined && Date.parse(audioPausedUntil) > (pause?.until ?? now);
  return {
    ...live,
    alarm: isPauseOver ? alarm : live.alarm,
    signalSince: atMostNow(live.signalSince, now),
    escalateAt: escalateAt === null || waitMs === undefined ? escalateAt : limitedEndMs(escalateAt, now, waitMs),
    realarmAt: realarmAt === null ? null : limitedEndMs(realarmAt, now, realarmMsOf(live.alarm, { profile })),
  };
}
