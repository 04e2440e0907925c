/** The strip at the bottom of each page with the alarm that a person has selected with keys, and its buttons. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { lookOf, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { priorityNames } from '../core/name-words.ts';
import { patientName, placeText } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import type { SelectedAlarm } from '../shell/alarm-selection.ts';
import { useApp } from '../shell/app.ts';
import { useKeys } from '../shell/keys.ts';
import { afterTwoFrames, namesAlarm } from '../shell/shown-alarms.ts';
import { useCommonBeat } from './flash.ts';
import { PatientLink } from './patient-link.tsx';

export function SelectedAlarmStrip() {
  const keys = useKeys();
  const selected = keys.selected.value;
  const message = keys.message.value;
  return (
    <div class="selected" aria-live="polite" data-testid="selected-alarm" data-alarm-id={selected?.alarm.alarmId}>
      {selected && <Selected {...selected} />}
      <p class="selected__message" data-testid="keys-message">
        {message}
      </p>
    </div>
  );
}

function Selected({ alarm, isGone }: SelectedAlarm) {
  const app = useApp();
  const keys = useKeys();
  useLayoutEffect(() => {
    if (!isGone) afterTwoFrames(() => keys.notePainted(alarm));
  }, [alarm, isGone]);
  const bed = app.screen.value?.beds.get(alarm.associationId);
  const look = isGone ? 'over' : lookOf(alarm);
  const box = useRef<HTMLElement>(null);
  useCommonBeat(box, !isGone && isUnanswered(alarm) ? `${alarm.alarmId}${look}` : undefined);
  return (
    <section ref={box} class={`selected__alarm is-${look}`} aria-label={t('Selected alarm')}>
      <span class={`selected__mark look look--${alarm.priority} is-${look}`} data-mark={priorityMarks[alarm.priority]}>
        {priorityMarks[alarm.priority]}
      </span>
      <p class="selected__what" {...(isGone ? {} : namesAlarm(alarm))}>
        <span class="unseen">{t('Selected: {priority} priority,', { priority: priorityNames[alarm.priority] })} </span>
        <strong>{placeText(bed, alarm.deviceId, app.ward.value === '*')}</strong> {alarmText(alarm)}{' '}
        <span class="selected__who">
          {bed?.patient && `${patientName(bed.patient)} · `}
          {t('since {when}', { when: inZoneOf(bed?.ward, () => whenText(Date.parse(alarm.onsetAt), app.now.value)) })}
        </span>
      </p>
      <p class="selected__state" data-testid="selected-state">
        {stateText(alarm, isGone, app, keys)}
      </p>
      <div class="selected__acts">
        <PatientLink class="button" associationId={alarm.associationId}>
          {t('Open bed')}
        </PatientLink>
        <button class="button" type="button" data-testid="selected-next" onClick={keys.selectNext}>
          {t('Next alarm')}
        </button>
        <button class="button" type="button" data-testid="selected-drop" onClick={keys.drop}>
          {t('Close')}
        </button>
      </div>
    </section>
  );
}

/** Returns the state of the alarm, or of the request to acknowledge the alarm. */
function stateText(
  alarm: Alarm,
  isGone: boolean,
  app: ReturnType<typeof useApp>,
  keys: ReturnType<typeof useKeys>,
): string {
  if (isGone) return t('Over: no longer listed.');
  if (!isUnanswered(alarm))
    return alarm.signal === 'off' ? t('Over.') : `✓ ${alarm.acknowledgedBy?.name ?? t('acknowledged')}`;
  const request = app.answers.requests.value.get(alarm.alarmId);
  if (request?.state === 'pending') return t('Sending …');
  if (request?.state === 'error') return `${request.changed ? '' : t('Not acknowledged. ')}${request.message}`;
  const end = alarm.present ? '' : t('Ended. ');
  if (!app.may('acknowledge')) return t('{end}Not acknowledged.', { end });
  if (keys.isOld.value) return t('{end}Press n first.', { end });
  return `${end}${keys.isReadable.value ? t('Press a to acknowledge.') : t('Read it first.')}`;
}
