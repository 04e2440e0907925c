/** The page of a patient whose bed is not live on this screen: a warning, and the alarms in the last known state. */

import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { priorityNames } from '../core/name-words.ts';
import { pastAlarmWords } from '../core/past-alarms.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

/** The yellow line which says that the page shows an earlier state. */
export function NotLive({ bed, atMs }: { bed: Bed; atMs: number }) {
  const app = useApp();
  const watched = app.ward.value;
  const shown = t('This page shows the state of {when}.', { when: whenText(atMs, app.now.value) });
  if (bed.ward !== null && watched !== '*' && watched !== bed.ward)
    return (
      <div class="notice notice--medium patient__not-live" role="alert" data-testid="not-watched">
        <p>
          <strong>{t('NOT LIVE.')}</strong>{' '}
          {t('This screen watches {watched}, and this bed is in {ward}. {shown}', { watched, ward: bed.ward, shown })}
        </p>
        <button class="button" type="button" data-testid="watch-all" onClick={() => app.setWard('*')}>
          {t('Watch all my wards')}
        </button>
      </div>
    );
  return (
    <p class="notice notice--medium patient__not-live" role="alert" data-testid="not-live">
      <span>
        <strong>{t('NOT LIVE.')}</strong>{' '}
        {t('This stay has ended, or the patient is in another ward now. {shown}', { shown })}
      </span>
    </p>
  );
}

/**
 * The alarms in the last known state of a bed that is not live. They have no buttons, because the page could not show
 * the effect of a press.
 */
export function PastAlarms({ alarms, atMs }: { alarms: readonly Alarm[]; atMs: number }) {
  const nowMs = useApp().now.value;
  if (alarms.length === 0)
    return <p class="alarms__none">{t('No alarms at {when}. Not live.', { when: whenText(atMs, nowMs) })}</p>;
  return (
    <ul class="alarms__past" data-testid="past-alarms">
      {alarms.map((alarm) => (
        <li key={alarm.alarmId} data-priority={alarm.priority}>
          <span class={`look look--${alarm.priority} is-steady`}>
            {priorityMarks[alarm.priority]}
            <span class="unseen"> {t('{priority} priority', { priority: priorityNames[alarm.priority] })}</span>
          </span>
          <strong>{alarmText(alarm)}</strong>
          <span class="dim">{pastAlarmWords(alarm, atMs, nowMs)}</span>
        </li>
      ))}
    </ul>
  );
}
