/**
 * A row of the alarm list. It has the bed, the text and the onset. It also has the button to acknowledge the alarm, or
 * the person who has acknowledged it.
 */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import {
  audioPausedUntilMs,
  lookOf,
  possibleRemarks,
  priorityMarks,
  remarksOf,
  widestAlarmText,
} from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { bedParts, longestPart } from '../core/bed-name.ts';
import { priorityNames } from '../core/name-words.ts';
import { patientName, placeText } from '../core/numerics.ts';
import { onsetText } from '../core/onset-words.ts';
import { formatRoute } from '../core/routes.ts';
import { type Sight, sightOf } from '../core/sight.ts';
import { t } from '../core/texts.ts';
import { countdownText, shortTime, whenText } from '../core/times.ts';
import { valueNow } from '../core/value-now.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { useKeys } from '../shell/keys.ts';
import { namesAlarm } from '../shell/shown-alarms.ts';
import { BedName } from './bed-name.tsx';
import { DeliveryDetails } from './delivery.tsx';
import { useCommonBeat } from './flash.ts';
import { PatientLink } from './patient-link.tsx';

/** A place at which a line may break, as in the name of a bed (bed-name.tsx). */
const zeroWidthSpace = '\u200b';

/** A longer name of the person who acknowledged the alarm has two lines of small letters. */
const nameLettersMax = 12;

type RowProps = {
  alarm: Alarm;
  bed: Bed | undefined;
  /** Whether the alarm has left the list. The row stays while somebody points at the list. */
  isGone?: boolean;
  /** Texts of further alarms that have the cause of this alarm and the signal `off`. */
  under: readonly string[];
};

export function AlarmRow({ alarm, bed, isGone, under }: RowProps) {
  const app = useApp();
  const isOpen = isUnanswered(alarm) && !isGone;
  const now = app.now.value;
  const pausedUntil = isOpen ? audioPausedUntilMs(alarm, now) : undefined;
  const row = useRef<HTMLLIElement>(null);
  const look = isGone ? 'over' : lookOf(alarm);
  useCommonBeat(row, isOpen ? `${alarm.priority}${look}` : undefined);
  const isSelected = useKeys().selected.value?.alarm.alarmId === alarm.alarmId;
  useLayoutEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const place = placeText(bed, alarm.deviceId, app.ward.value === '*');
  const current = isGone ? undefined : valueNow(alarm, bed, now);
  const onset = inZoneOf(bed?.ward, () => whenText(Date.parse(alarm.onsetAt), now));
  const valueAtOnset = onsetText(alarm);
  return (
    <li
      ref={row}
      class={`alarm alarm--${alarm.priority} is-${look}${isSelected ? ' is-selected' : ''}`}
      data-testid={`alarm-${alarm.alarmId}`}
      data-alarm={alarm.alarmId}
      {...(isGone ? {} : namesAlarm(alarm))}
      data-signal={alarm.signal}
      data-look={look}
      data-priority={alarm.priority}
      data-condition={alarm.condition}
    >
      <span
        class={`alarm__mark look look--${alarm.priority} is-${look}`}
        data-mark={priorityMarks[alarm.priority]}
        title={t('{priority} priority', { priority: priorityNames[alarm.priority] })}
      >
        {priorityMarks[alarm.priority]}
        <span class="unseen"> {t('{priority} priority', { priority: priorityNames[alarm.priority] })}</span>
      </span>
      <div class="alarm__what" style={{ '--word': longestPart(place) }}>
        <div>
          <PatientLink class="alarm__bed" associationId={alarm.associationId}>
            <BedName name={place} />
          </PatientLink>
          <span class="alarm__text">{alarmText(alarm)}</span>
        </div>
        <Reserve class="alarm__what-room" texts={[bedParts(place).join(zeroWidthSpace), widestAlarmText(alarm)]} />
      </div>
      <div class="alarm__more dim">
        <div class="alarm__when">
          {bed?.patient && (
            <span class="alarm__patient" title={patientName(bed.patient)} data-may-shorten>
              {patientName(bed.patient)}
            </span>
          )}
          <time dateTime={alarm.onsetAt}>{onset}</time>
          {valueAtOnset !== undefined && <span data-testid={`onset-${alarm.alarmId}`}>{valueAtOnset}</span>}
          {remarksOf(alarm).map((word) => (
            <span key={word} class="alarm__remark">
              {word}
            </span>
          ))}
          {current !== undefined && (
            <span class="alarm__remark" data-testid={`now-${alarm.alarmId}`}>
              {t('now {current}', { current })}
            </span>
          )}
          {under.length > 0 && (
            <span class="alarm__remark" data-testid={`under-${alarm.alarmId}`}>
              {t('also {under}', { under: under.join(', ') })}
            </span>
          )}
          {app.may('see-explanations') && (
            <a
              class="alarm__remark"
              href={formatRoute({ page: 'why', alarmId: alarm.alarmId })}
              aria-label={t('Why did nobody come? {place}, {alarm}', { place, alarm: alarmText(alarm) })}
              data-testid={`why-${alarm.alarmId}`}
            >
              {t('why?')}
            </a>
          )}
          {pausedUntil !== undefined && (
            <span class="alarm__remark" data-testid={`paused-${alarm.alarmId}`}>
              {t('sound paused {duration}', { duration: countdownText(pausedUntil, now) })}
            </span>
          )}
        </div>
        <Reserve
          class="alarm__when"
          texts={[
            ...(bed?.patient ? [patientName(bed.patient)] : []),
            onset,
            ...(valueAtOnset === undefined ? [] : [valueAtOnset]),
            ...possibleRemarks(alarm),
            ...(/[<>]/.test(alarm.text) ? ['now 000'] : []),
            ...(under.length > 0 ? [t('also {under}', { under: under.join(', ') })] : []),
            ...(app.may('see-explanations') ? ['why?'] : []),
            t('sound paused 0:00'),
          ]}
        />
      </div>
      {isGone ? <p class="alarm__answer">{t('no longer listed')}</p> : <Answer alarm={alarm} />}
      {!isGone && <DeliveryDetails alarm={alarm} />}
    </li>
  );
}

/**
 * Keeps room for the longest texts that this cell may have, so that the row never changes its height. The style sheet
 * makes these texts invisible.
 */
export function Reserve({ texts, ...props }: { class: string; texts: readonly string[] }) {
  return (
    <span class={`reserve ${props.class}`} aria-hidden="true">
      {texts.map((text) => (
        <span key={text} data-reserve={text} />
      ))}
    </span>
  );
}

/**
 * Shows the person who acknowledged the alarm, or the button to acknowledge the alarm. After a press the button is
 * pending until an event of the server shows the acknowledgement, or until an error comes.
 */
function Answer({ alarm }: { alarm: Alarm }) {
  const app = useApp();
  /**
   * The alarm when the pointer went down. The person acknowledges this state, even if the alarm changes before the
   * pointer goes up.
   */
  const pressedAlarm = useRef(alarm);
  const now = app.now.value;
  const sight = useRef<Sight>(undefined);
  sight.current = sightOf(sight.current, alarm, now);
  if (!isUnanswered(alarm)) {
    const acknowledgedBy = alarm.acknowledgedBy?.name;
    const ward = app.screen.value?.beds.get(alarm.associationId)?.ward;
    return (
      <p
        class={`alarm__answer${(acknowledgedBy?.length ?? 0) > nameLettersMax ? ' alarm__answer--long' : ''}`}
        data-testid={`acked-${alarm.alarmId}`}
      >
        <span
          class="alarm__by"
          title={acknowledgedBy && `✓ ${acknowledgedBy}`}
          data-may-shorten={acknowledgedBy !== undefined || undefined}
        >
          ✓ {acknowledgedBy ?? t('acknowledged')}
        </span>{' '}
        {alarm.acknowledgedAt && (
          <span class="alarm__by-time">{inZoneOf(ward, () => shortTime(alarm.acknowledgedAt ?? '', now))}</span>
        )}
      </p>
    );
  }
  if (!app.may('acknowledge')) return null;
  const request = app.answers.requests.value.get(alarm.alarmId);
  const isPending = request?.state === 'pending';
  return (
    <>
      <button
        class={`button alarm__ack${isPending ? ' is-pending' : ''}`}
        type="button"
        data-testid={`ack-${alarm.alarmId}`}
        aria-disabled={isPending || undefined}
        data-acts-on={sight.current.actsOn}
        aria-label={`${isPending ? t('Sending …') : t('Acknowledge')} ${alarmText(alarm)}`}
        onPointerDown={() => {
          pressedAlarm.current = alarm;
        }}
        onClick={(event) => void app.answers.acknowledge(event.detail === 0 ? alarm : pressedAlarm.current)}
      >
        {isPending ? t('Sending …') : t('Acknowledge')}
      </button>
      {request?.state === 'error' && (
        <p class="alarm__error" role="alert" data-testid={`ack-error-${alarm.alarmId}`}>
          {request.changed ? '' : t('Not acknowledged. ')}
          {request.message}
        </p>
      )}
    </>
  );
}
