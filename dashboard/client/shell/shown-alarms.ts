/** Finds out which alarms the browser has painted on a visible part of the page. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';
import type { AlarmReport } from '../../protocol/live.ts';

/** Returns the attribute for an element that names an alarm, with the revision of the alarm. */
export const namesAlarm = (alarm: Alarm) => ({ 'data-names': `${alarm.alarmId} ${alarm.rev}` });
/** Returns the attribute for an element that shows only the mark of an alarm's priority. */
export const marksAlarm = (alarm: Alarm) => ({ 'data-marks': `${alarm.alarmId} ${alarm.rev}` });
/** Returns the attribute for an element that shows the number of unanswered alarms of a priority. */
export const countsAlarms = (priority: Priority, count: number) => ({ 'data-counts': `${priority} ${count}` });

/** An element counts as visible only if at least this part of it is visible. */
const visiblePartMin = 0.5;

/** Calls `done` after the browser has painted two frames. Never calls `done` while the page is hidden or hangs. */
export function afterTwoFrames(done: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(done));
}

/**
 * Calls `done` with the place at which a person can see each alarm. The browser answers while it paints a frame, so an
 * answer proves that the browser paints.
 */
export function findShown(
  alarms: readonly Alarm[],
  all: Iterable<Alarm>,
  done: (shown: ReadonlyMap<string, AlarmReport['shown']>) => void,
): void {
  const counts = new Map<Priority, number>();
  for (const alarm of all) if (isUnanswered(alarm)) counts.set(alarm.priority, (counts.get(alarm.priority) ?? 0) + 1);
  const revs = new Map(alarms.map(({ alarmId, rev }) => [alarmId, rev]));
  const isAsked = (text: string | undefined) => {
    const [alarmId = '', rev = ''] = (text ?? '').split(' ');
    return Number(rev) >= (revs.get(alarmId) ?? Number.POSITIVE_INFINITY);
  };
  const found = [...document.querySelectorAll<HTMLElement>('[data-names],[data-marks],[data-counts]')].filter(
    ({ dataset }) => dataset.counts !== undefined || isAsked(dataset.names) || isAsked(dataset.marks),
  );
  if (found.length === 0) {
    done(new Map());
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    observer.disconnect();
    const visible = entries
      .filter(({ isIntersecting, intersectionRatio }) => isIntersecting && intersectionRatio >= visiblePartMin)
      .map(({ target }) => (target as HTMLElement).dataset);
    const idsIn = (key: 'names' | 'marks') => new Set(visible.map((dataset) => dataset[key]?.split(' ')[0]));
    const [named, marked] = [idsIn('names'), idsIn('marks')];
    const counted = new Set(visible.map((dataset) => dataset.counts));
    const placeOf = ({ alarmId, priority }: Alarm): AlarmReport['shown'] => {
      if (named.has(alarmId)) return 'text';
      if (marked.has(alarmId)) return 'mark';
      return counted.has(`${priority} ${counts.get(priority)}`) ? 'count' : 'nowhere';
    };
    done(new Map(alarms.map((alarm) => [alarm.alarmId, placeOf(alarm)])));
  });
  for (const element of found) observer.observe(element);
}
