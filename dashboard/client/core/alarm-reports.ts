/** Decides what the page reports to the server about its alarms. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { mustBeShownAnew } from '../../../contracts/must-show.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import type { AlarmReport } from '../../protocol/live.ts';
import { audioPausedUntilMs } from './alarm-order.ts';
import type { SoundLevel } from './sound-table.ts';

/** Maximum number of alarms in one report (`reportAlarmsMax` of the protocol, whose module the page does not load). */
export const alarmsPerReportMax = 64;
const agoMsMax = 600_000;

/** What the page has reported about an alarm. */
export type Reported = {
  readonly alarm: Alarm;
  readonly shown: AlarmReport['shown'];
  readonly sound: AlarmReport['sound'];
};

/** What the page plays. `forMs`: for how long the page has played this level. */
export type Loudspeaker = {
  readonly state: 'blocked' | 'on' | 'failed';
  readonly playing: { readonly level: SoundLevel; readonly forMs: number } | undefined;
};

/** Returns whether an alarm sounds on this page, or why not. @param isElsewhere the page leaves its sound to another screen */
export function soundOf(
  alarm: Alarm,
  loudspeaker: Loudspeaker,
  isElsewhere: boolean,
  serverNowMs: number,
): AlarmReport['sound'] {
  if (audioPausedUntilMs(alarm, serverNowMs) !== undefined) return 'paused';
  if (loudspeaker.state !== 'on') return loudspeaker.state;
  if (isElsewhere) return 'elsewhere';
  return loudspeaker.playing?.level === (alarm.late ? 'low' : alarm.priority) ? 'sounding' : 'other';
}

/**
 * `isNews`: the server must get the report at once. Otherwise the alarm was not on a visible part of the page before,
 * and the page checks whether it is now.
 */
export type DueReport = { readonly alarm: Alarm; readonly isNews: boolean };

/**
 * Returns the alarms to report: those that the page must show again come first, then those whose sound began or ended, then
 * those that were on no visible part of the page. Within each group the most urgent come first.
 */
export function alarmsToReport(
  alarms: Iterable<Alarm>,
  reported: ReadonlyMap<string, Reported>,
  soundOfAlarm: (alarm: Alarm) => AlarmReport['sound'],
): DueReport[] {
  const due: { alarm: Alarm; group: number }[] = [];
  for (const alarm of alarms) {
    if (!isUnanswered(alarm)) continue;
    const last = reported.get(alarm.alarmId);
    if (mustBeShownAnew(last?.alarm, alarm)) due.push({ alarm, group: 0 });
    else if (last?.sound !== soundOfAlarm(alarm)) due.push({ alarm, group: 1 });
    else if (last?.shown === 'nowhere') due.push({ alarm, group: 2 });
  }
  return due
    .sort((a, b) => a.group - b.group || priorityRank[b.alarm.priority] - priorityRank[a.alarm.priority])
    .slice(0, alarmsPerReportMax)
    .map(({ alarm, group }) => ({ alarm, isNews: group < 2 }));
}

/** Returns the report about an alarm. @param times by the page's steady clock */
export function reportOf(
  alarm: Alarm,
  shown: AlarmReport['shown'],
  sound: AlarmReport['sound'],
  times: { readonly paintedAtMs: number; readonly soundingSinceMs: number; readonly nowMs: number },
): AlarmReport {
  const agoMs = (atMs: number) => Math.min(agoMsMax, Math.max(0, Math.round(times.nowMs - atMs)));
  return {
    alarmId: alarm.alarmId,
    rev: alarm.rev,
    shown,
    ...(shown !== 'nowhere' && { paintedAgoMs: agoMs(times.paintedAtMs) }),
    sound,
    ...(sound === 'sounding' && { soundedAgoMs: agoMs(times.soundingSinceMs) }),
  };
}
