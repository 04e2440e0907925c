/**
 * Keeps what one screen has confirmed: whether its page paints, and which unanswered alarms the page has painted. Like
 * the fold functions, `step` changes the state in place and has no other effect.
 *
 * All times are by the server's steady clock, ms since 1970. The page reports only how long ago something happened, so
 * the clock of its computer does not matter.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { WhyUnconfirmed } from '../../../contracts/messages/presence.ts';
import { mustBeShownAnew } from '../../../contracts/must-show.ts';
import type { AlarmReport, ScreenReport } from '../../protocol/live.ts';

/**
 * A screen must confirm an alarm within this time. The server checks once a second, so the other screens show the
 * notice within 5 s after the alarm was sent (CLINICAL, "Delivery").
 */
export const confirmWithinMs = 3_500;
/**
 * A screen counts as painting for this time after its last report. The message to the device's inbox takes at most 4 s
 * more, so a device learns within 10 s that nothing is painted (CLINICAL, "Delivery").
 */
export const paintsForMs = 6_000;

/** The revisions that the screen has not confirmed. A revision before `firstRev` does not matter any more. */
type Waiting = {
  /** The oldest revision that the screen has not confirmed, and when it was sent. */
  readonly firstRev: number;
  readonly firstSentAtMs: number;
  /** The newest revision that the screen must confirm, and when it was sent. */
  readonly rev: number;
  readonly sentAtMs: number;
  /**
   * The alarm came with a snapshot or a resumed connection: it was already unanswered when the screen began to watch.
   * Until the screen has confirmed this alarm, nobody counts as watching the bed here. Without this rule, a page that
   * connects again and again would get a new deadline each time.
   */
  readonly isFromStart: boolean;
};

export type AlarmOnScreen = {
  /** The alarm as it was last sent to this screen. */
  alarm: Alarm;
  /** Undefined if the screen has confirmed everything that it must show of this alarm. */
  waiting: Waiting | undefined;
  /** The last report about the alarm; undefined before the first report. */
  report: AlarmReport | undefined;
  /** When the screen first painted the alarm, and when the screen first sounded the alarm. */
  paintedAtMs: number | undefined;
  soundedAtMs: number | undefined;
};

export type Confirmations = {
  /** The unanswered alarms that were sent to this screen, by `alarmId`. */
  readonly alarms: Map<string, AlarmOnScreen>;
  /** When the page last reported that it paints; undefined before its first report. */
  paintedAtMs: number | undefined;
  /**
   * What the last report says about the page; undefined before the first report. A page that was loaded before the
   * server understood reports sends none.
   */
  page: ScreenReport['page'] | undefined;
  /** Whether the page has confirmed an alarm before. */
  hasConfirmed: boolean;
  /** Number of reports about an unsent alarm, an unsent revision, or an alarm that no longer calls. */
  unknown: number;
};

export type ConfirmationInput =
  | { readonly kind: 'snapshot'; readonly alarms: readonly Alarm[] }
  | {
      readonly kind: 'delta';
      readonly alarms: readonly Alarm[];
      readonly cleared: readonly string[];
      /** Associations that left the screen, with their alarms. */
      readonly gone: readonly string[];
    }
  | { readonly kind: 'report'; readonly report: ScreenReport };

/** An alarm that a screen has painted or sounded for the first time. */
export type FirstConfirmation = { readonly alarm: Alarm; readonly what: 'painted' | 'sounded'; readonly atMs: number };

export function newConfirmations(): Confirmations {
  return { alarms: new Map(), paintedAtMs: undefined, page: undefined, hasConfirmed: false, unknown: 0 };
}

/**
 * Handles what the server sent to the screen, or a report of its page. Returns the alarms that the report confirms for
 * the first time.
 */
export function step(state: Confirmations, input: ConfirmationInput, nowMs: number): FirstConfirmation[] {
  switch (input.kind) {
    case 'snapshot': {
      const sent = new Set(input.alarms.map(({ alarmId }) => alarmId));
      for (const alarmId of state.alarms.keys()) if (!sent.has(alarmId)) state.alarms.delete(alarmId);
      for (const alarm of input.alarms) noteSent(state, alarm, true, nowMs);
      return [];
    }
    case 'delta': {
      const gone = new Set(input.gone);
      for (const alarmId of input.cleared) state.alarms.delete(alarmId);
      if (gone.size > 0)
        for (const [alarmId, { alarm }] of state.alarms)
          if (gone.has(alarm.associationId)) state.alarms.delete(alarmId);
      for (const alarm of input.alarms) noteSent(state, alarm, false, nowMs);
      return [];
    }
    case 'report':
      return takeReport(state, input.report, nowMs);
  }
}

function noteSent(state: Confirmations, alarm: Alarm, isFromStart: boolean, nowMs: number): void {
  const entry = state.alarms.get(alarm.alarmId);
  if (!isUnanswered(alarm)) {
    state.alarms.delete(alarm.alarmId);
    return;
  }
  const isAsked = mustBeShownAnew(entry?.alarm, alarm);
  if (entry === undefined) {
    const waiting = { firstRev: alarm.rev, firstSentAtMs: nowMs, rev: alarm.rev, sentAtMs: nowMs, isFromStart };
    const nothing = { report: undefined, paintedAtMs: undefined, soundedAtMs: undefined };
    state.alarms.set(alarm.alarmId, { alarm, waiting, ...nothing });
    return;
  }
  entry.alarm = alarm;
  if (!isAsked) return;
  const newest = { rev: alarm.rev, sentAtMs: nowMs };
  entry.waiting = { firstRev: alarm.rev, firstSentAtMs: nowMs, isFromStart: false, ...entry.waiting, ...newest };
}

function takeReport(state: Confirmations, report: ScreenReport, nowMs: number): FirstConfirmation[] {
  state.page = report.page;
  if (report.page === 'painting') state.paintedAtMs = nowMs;
  const first: FirstConfirmation[] = [];
  for (const alarmReport of report.alarms) {
    const entry = state.alarms.get(alarmReport.alarmId);
    if (entry === undefined || alarmReport.rev > entry.alarm.rev) {
      state.unknown += 1;
      continue;
    }
    entry.report = alarmReport;
    const { alarm } = entry;
    if (alarmReport.sound === 'sounding' && entry.soundedAtMs === undefined) {
      entry.soundedAtMs = nowMs - (alarmReport.soundedAgoMs ?? 0);
      first.push({ alarm, what: 'sounded', atMs: entry.soundedAtMs });
    }
    if (report.page === 'hidden' || alarmReport.shown === 'nowhere') continue;
    entry.waiting = waitingAfter(entry.waiting, alarmReport.rev);
    state.hasConfirmed ||= entry.waiting === undefined;
    if (entry.paintedAtMs !== undefined) continue;
    entry.paintedAtMs = nowMs - (alarmReport.paintedAgoMs ?? 0);
    first.push({ alarm, what: 'painted', atMs: entry.paintedAtMs });
  }
  return first;
}

function waitingAfter(waiting: Waiting | undefined, paintedRev: number): Waiting | undefined {
  if (waiting === undefined || paintedRev >= waiting.rev) return undefined;
  if (paintedRev < waiting.firstRev) return waiting;
  return { ...waiting, firstRev: waiting.rev, firstSentAtMs: waiting.sentAtMs, isFromStart: false };
}

/** Returns whether the page has reported within the last `paintsForMs` that it paints. */
export function paints({ paintedAtMs }: Confirmations, nowMs: number): boolean {
  return paintedAtMs !== undefined && nowMs - paintedAtMs <= paintsForMs;
}

export type UnconfirmedAlarm = {
  readonly alarmId: string;
  readonly associationId: string;
  /** When the oldest unconfirmed revision was sent. */
  readonly sinceMs: number;
  readonly why: WhyUnconfirmed;
  /** Whether the screen has confirmed an alarm before. A person may rely on such a screen. */
  readonly hasConfirmed: boolean;
};

/** Returns the alarms that the screen has not confirmed in time, the oldest first. */
export function unconfirmedAlarms(state: Confirmations, nowMs: number): UnconfirmedAlarm[] {
  const alarms: UnconfirmedAlarm[] = [];
  for (const { alarm, waiting } of state.alarms.values()) {
    if (waiting === undefined || nowMs - waiting.firstSentAtMs < confirmWithinMs) continue;
    const { alarmId, associationId } = alarm;
    const why = whyUnconfirmed(state, nowMs);
    alarms.push({ alarmId, associationId, sinceMs: waiting.firstSentAtMs, why, hasConfirmed: state.hasConfirmed });
  }
  return alarms.sort((a, b) => a.sinceMs - b.sinceMs);
}

/**
 * Returns the associations with alarms that the screen has not confirmed. A new alarm counts only when the time for its
 * confirmation is over. An alarm that called when the screen began to watch (`isFromStart`) counts until the screen has
 * confirmed it.
 */
export function unseenAssociations(state: Confirmations, nowMs: number): string[] {
  return [...state.alarms.values()].flatMap(({ alarm, waiting }) =>
    waiting !== undefined && (waiting.isFromStart || nowMs - waiting.firstSentAtMs >= confirmWithinMs)
      ? [alarm.associationId]
      : [],
  );
}

function whyUnconfirmed(state: Confirmations, nowMs: number): WhyUnconfirmed {
  if (state.page === undefined) return 'never';
  if (state.page === 'hidden') return 'hidden';
  return paints(state, nowMs) ? 'not-shown' : 'silent';
}
