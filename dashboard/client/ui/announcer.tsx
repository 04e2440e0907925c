/** Announces new high alarms to a screen reader, but not faster than a screen reader can read them. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { mostSeriousAlarm, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { placeText } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

const pauseMs = 4000;
const spokenMax = 3;

export function Announcer({ title }: { title: string }) {
  const app = useApp();
  const text = useSignal('');
  /**
   * Keys of the announced alarms. A key has the alarm id and the number of onsets. So a new onset has a new key, and is
   * announced too.
   */
  const announced = useRef(new Set<string>());
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  const screen = app.screen.value;
  const nowMs = app.now.value;

  const unanswered = [...(screen?.alarms.values() ?? [])].filter(isUnanswered);
  const mostSerious = mostSeriousAlarm(unanswered);
  const prefix = mostSerious ? `${priorityMarks[mostSerious.priority]} ` : '';
  // The title of the tab also shows the highest priority, for a tab in the background.
  useEffect(() => {
    document.title = `${prefix}${title}`;
    return () => {
      document.title = title;
    };
  }, [prefix, title]);

  useEffect(() => {
    if (!screen) return;
    const high = [...screen.alarms.values()].filter((alarm) => alarm.priority === 'high' && isUnanswered(alarm));
    const keys = new Set(high.map((alarm) => `${alarm.alarmId}/${alarm.onsets}`));
    for (const key of announced.current) if (!keys.has(key)) announced.current.delete(key);
    const newAlarms = high.filter((alarm) => !announced.current.has(`${alarm.alarmId}/${alarm.onsets}`));
    if (newAlarms.length === 0 || nowMs - lastMs.current < pauseMs) return;
    lastMs.current = nowMs;
    for (const alarm of newAlarms) announced.current.add(`${alarm.alarmId}/${alarm.onsets}`);
    const named = newAlarms.slice(0, spokenMax).map((alarm) => {
      const place = placeText(screen.beds.get(alarm.associationId), alarm.deviceId, app.ward.value === '*');
      return t('Bed {place}: {alarm}', { place, alarm: alarmText(alarm) });
    });
    const unnamedCount = newAlarms.length - named.length;
    text.value = t('High alarm. {list}{part}', {
      list: named.join('. '),
      part: unnamedCount > 0 ? t('. And {unnamedCount} more', { unnamedCount }) : '',
    });
  }, [screen, nowMs]);

  return (
    <div class="unseen" aria-live="assertive" role="alert" data-testid="announcer">
      {text.value}
    </div>
  );
}
