/**
 * Reports to the server what the page has painted and sounded. So other screens can show a notice if this page does not
 * paint.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { AlarmReport, ScreenReport } from '../../protocol/live.ts';
import { reportEveryMs } from '../../protocol/pace.ts';
import type { PageSound } from '../../protocol/sound.ts';
import { alarmsToReport, type Loudspeaker, type Reported, reportOf, soundOf } from '../core/alarm-reports.ts';
import { afterTwoFrames, findShown } from './shown-alarms.ts';

/** Shortest time between two reports. The server would refuse reports that come faster. */
const everyMsMin = 250;
/** If no visible part of the page showed an alarm, the page checks again after this time. */
const searchEveryMs = 1_000;

export type Reporter = {
  /** Must be called when the alarms or the sound may have changed. */
  changed(): void;
  /**
   * Reports at once. Must be called after each heartbeat while a screen has the sound of a ward, because the server and
   * the page must know the age of each other's messages.
   */
  answerHeartbeat(): void;
  /** Forgets the former reports, because the server of a new connection does not have them. */
  restart(): void;
  close(): void;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openReporter(options: {
  readonly alarms: () => ReadonlyMap<string, Alarm> | undefined;
  readonly loudspeaker: () => Loudspeaker;
  /** Returns whether the page leaves the sound of an alarm to another screen. */
  readonly isElsewhere: (alarm: Alarm) => boolean;
  /**
   * Returns what the audio of the page does; undefined if the server is too old to understand this part of a report.
   */
  readonly pageSound: () => PageSound | undefined;
  /** Sends a report if the connection is open. Returns whether the report was sent. */
  readonly send: (report: ScreenReport) => boolean;
  /** Clocks, ms: the page's steady clock, and the server's time. */
  readonly steady: () => number;
  readonly serverNow: () => number;
}): Reporter {
  const { alarms, loudspeaker, isElsewhere, pageSound, send, steady, serverNow } = options;
  const reported = new Map<string, Reported>();
  /** When the page got each alarm, by alarm id. */
  const knownSinceMs = new Map<string, number>();
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let isWaitingForFrames = false;
  let isHeartbeatUnanswered = false;
  /** Number of new connections. */
  let restarts = 0;

  const sound = (alarm: Alarm) => soundOf(alarm, loudspeaker(), isElsewhere(alarm), serverNow());
  const due = () => alarmsToReport(alarms()?.values() ?? [], reported, sound);

  function report(page: ScreenReport['page'], list: readonly Alarm[], shownOf: (alarm: Alarm) => AlarmReport['shown']) {
    const nowMs = steady();
    const playingSinceMs = nowMs - (loudspeaker().playing?.forMs ?? 0);
    // An alarm may have ended while the page waited for its frames.
    const present = list.filter(({ alarmId }) => alarms()?.has(alarmId));
    const entries = present.map((alarm) =>
      reportOf(alarm, shownOf(alarm), sound(alarm), {
        paintedAtMs: nowMs,
        soundingSinceMs: Math.max(playingSinceMs, knownSinceMs.get(alarm.alarmId) ?? nowMs),
        nowMs,
      }),
    );
    const ofPage = pageSound();
    if (!send({ type: 'report', page, alarms: entries, ...(ofPage && { sound: ofPage }) })) return;
    sentAtMs = nowMs;
    isHeartbeatUnanswered = false;
    entries.forEach(({ shown, sound: soundThen }, i) => {
      const alarm = present[i]!;
      reported.set(alarm.alarmId, { alarm, shown, sound: soundThen, atMs: nowMs });
    });
  }

  /** Reports after two frames. The alarms are in the document before the first frame. */
  function reportAfterFrames() {
    if (isWaitingForFrames) return;
    isWaitingForFrames = true;
    const list = due().map(({ alarm }) => alarm);
    const ownRestarts = restarts;
    afterTwoFrames(() =>
      findShown(list, alarms()?.values() ?? [], (shown) => {
        isWaitingForFrames = false;
        // If there is a new connection, drops this report, because the new server has perhaps not sent these alarms
        // yet.
        if (ownRestarts !== restarts) return;
        report('painting', list, ({ alarmId }) => shown.get(alarmId) ?? 'nowhere');
      }),
    );
  }

  function tick() {
    const present = alarms();
    const nowMs = steady();
    for (const alarmId of knownSinceMs.keys()) {
      if (present?.has(alarmId)) continue;
      knownSinceMs.delete(alarmId);
      reported.delete(alarmId);
    }
    for (const alarmId of present?.keys() ?? []) if (!knownSinceMs.has(alarmId)) knownSinceMs.set(alarmId, nowMs);
    if (present === undefined || nowMs - sentAtMs < everyMsMin) return;
    const waitedMs = nowMs - sentAtMs;
    const list = due();
    const news = list.filter(({ why }) => why === 'news').map(({ alarm }) => alarm);
    const isUnseen = list.some(({ why }) => why === 'unseen');
    const isDue = waitedMs >= reportEveryMs || news.length > 0 || isHeartbeatUnanswered;
    if (document.visibilityState === 'hidden') {
      if (isDue) report('hidden', news, () => 'nowhere');
    } else if (isDue || (isUnseen && waitedMs >= searchEveryMs)) reportAfterFrames();
  }

  /** Must be called when the tab was hidden or shown again, because the former reports are not valid any more. */
  function visibilityChanged() {
    sentAtMs = Number.NEGATIVE_INFINITY;
    tick();
  }

  const timer = setInterval(tick, everyMsMin);
  document.addEventListener('visibilitychange', visibilityChanged);
  return {
    // Runs in its own task, so that a fault of the reports cannot stop the sound or the screen.
    changed: () => queueMicrotask(tick),
    answerHeartbeat() {
      isHeartbeatUnanswered = true;
      queueMicrotask(tick);
    },
    restart() {
      restarts += 1;
      reported.clear();
      sentAtMs = Number.NEGATIVE_INFINITY;
    },
    close() {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', visibilityChanged);
    },
  };
}
