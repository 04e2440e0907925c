/** Decides what the page reports to the server about its alarms. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { mustBeShownAnew } from '../../../contracts/must-show.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import type { AlarmReport } from '../../protocol/live.ts';
import { audioPausedUntilMs } from './alarm-order.ts';
import type { SoundLevel } from './sound-table.ts';

/**
 * Maximum number of alarms in one report. A copy of `reportAlarmsMax` (dashboard/protocol/live.ts), because the page
 * does not load that module.
 */
export const alarmsPerReportMax = 64;
const agoMsMax = 600_000;

/** What the page has reported about an alarm. */
export type Reported = {
  readonly alarm: Alarm;
  readonly shown: AlarmReport['shown'];
  readonly sound: AlarmReport['sound'];
  /** When the page sent this report, ms by its steady clock. */
  readonly atMs: number;
};

/** What the page plays. `forMs`: how long the page has played this level. */
export type Loudspeaker = {
  readonly state: 'blocked' | 'on' | 'failed';
  readonly playing: { readonly level: SoundLevel; readonly forMs: number } | undefined;
};

/**
 * Returns whether an alarm sounds on this page; if not, the reason.
 * @param isElsewhere whether the page leaves the sound of this alarm to another screen
 */
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
 * Why an alarm is reported. `news`: the server must get the report at once. `unseen`: by the last report, no visible
 * part of the page showed the alarm. `newer`: the revision of the alarm is newer than the revision in the last report.
 * The new revision can wait for the next regular report.
 */
export type DueReport = { readonly alarm: Alarm; readonly why: 'news' | 'unseen' | 'newer' };

const newerGroup = 3;

/**
 * Returns the alarms to report, in four groups: (1) alarms that the page must show again, (2) alarms whose sound began
 * or ended, (3) alarms that were on no visible part of the page at the last report, (4) alarms with a newer revision.
 * In each of the first three groups the most urgent alarms come first. In the last group the alarm with the oldest
 * report comes first, so that each alarm is reported in time.
 *
 * The last group is necessary because the server gets each revision of an alarm, but the page compares alarms only from
 * time to time. Example: an alarm ends and begins again between two comparisons. The server then waits for a new
 * report, but the rules of the first three groups find no change.
 */
export function alarmsToReport(
  alarms: Iterable<Alarm>,
  reported: ReadonlyMap<string, Reported>,
  soundOfAlarm: (alarm: Alarm) => AlarmReport['sound'],
): DueReport[] {
  const due: { alarm: Alarm; group: number; lastMs: number }[] = [];
  for (const alarm of alarms) {
    if (!isUnanswered(alarm)) continue;
    const last = reported.get(alarm.alarmId);
    const group = groupOf(alarm, last, soundOfAlarm);
    if (group !== undefined) due.push({ alarm, group, lastMs: last?.atMs ?? 0 });
  }
  const rank = ({ alarm, group, lastMs }: (typeof due)[number]) =>
    group === newerGroup ? lastMs : -priorityRank[alarm.priority];
  return due
    .sort((a, b) => a.group - b.group || rank(a) - rank(b))
    .slice(0, alarmsPerReportMax)
    .map(({ alarm, group }) => ({ alarm, why: group < 2 ? 'news' : group < newerGroup ? 'unseen' : 'newer' }));
}

function groupOf(
  alarm: Alarm,
  last: Reported | undefined,
  soundOfAlarm: (alarm: Alarm) => AlarmReport['sound'],
): number | undefined {
  if (mustBeShownAnew(last?.alarm, alarm)) return 0;
  if (last?.sound !== soundOfAlarm(alarm)) return 1;
  if (last?.shown === 'nowhere') return 2;
  return last && alarm.rev > last.alarm.rev ? newerGroup : undefined;
}

/**
 * Returns the report about an alarm.
 * @param times by the page's steady clock
 */
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
