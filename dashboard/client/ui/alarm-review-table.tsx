/**
 * The table of the page "Alarm history", with a row for each alarm. A row opens and then shows everything that
 * happened.
 */

import { useSignal } from '@preact/signals';
import { dayMs } from '../../../contracts/durations.ts';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { answerText, endText, placesText, reviewRemarks, stepsOf } from '../core/alarm-review-words.ts';
import { priorityNames } from '../core/name-words.ts';
import { patientName } from '../core/numerics.ts';
import { onsetText } from '../core/onset-words.ts';
import { leftOutLines, reviewedCallLines } from '../core/review-call-words.ts';
import { formatRoute } from '../core/routes.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import { dateTimeText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';

export function ReviewTable({ rows, showsWard }: { rows: readonly ReviewedAlarmRow[]; showsWard: boolean }) {
  return (
    <table class="table review__table">
      <thead>
        <tr>
          <th scope="col">{t('Raised')}</th>
          <th scope="col">{t('Bed and patient')}</th>
          <th scope="col">{t('Alarm')}</th>
          <th scope="col">{t('Answer')}</th>
          <th scope="col">{t('Ended')}</th>
          <th scope="col">
            <span class="unseen">{t('Details')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.alarmId} row={row} showsWard={showsWard} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, showsWard }: { row: ReviewedAlarmRow; showsWard: boolean }) {
  const isOpen = useSignal(false);
  const remarks = [onsetText(row), ...reviewRemarks(row)].filter((remark) => remark !== undefined);
  const detailsId = `review-details-${row.alarmId}`;
  return (
    <>
      <tr data-testid={`review-row-${row.alarmId}`} data-priority={row.priority} data-answered={row.answered}>
        <td class="nowrap">{inZoneOf(wardOf(row), () => dateTimeText(row.raisedMs))}</td>
        <td>
          <strong>{placesText(row, showsWard)}</strong>
          {row.patient && <span class="table__note">{patientName(row.patient)}</span>}
        </td>
        <td>
          <span class={`review__mark review__mark--${row.priority}`} aria-hidden="true">
            {priorityMarks[row.priority]}
          </span>
          <span class="unseen">{priorityNames[row.priority]}: </span>
          {serverText(row.text)}
          {remarks.length > 0 && <span class="table__note">{remarks.join(', ')}</span>}
        </td>
        <td
          data-label={t('Answer')}
          class={row.calledAtMs !== null && !row.answered ? 'review__nobody' : ''}
          data-testid={`review-answer-${row.alarmId}`}
        >
          {answerText(row)}
        </td>
        <td data-label={t('Ended')} data-testid={`review-end-${row.alarmId}`}>
          {endText(row)}
        </td>
        <td>
          <button
            class="button button--small"
            type="button"
            aria-expanded={isOpen.value}
            aria-controls={detailsId}
            data-testid={`review-open-${row.alarmId}`}
            onClick={() => {
              isOpen.value = !isOpen.value;
            }}
          >
            {isOpen.value ? t('Close') : t('Details')}
            <span class="unseen"> {t('of {text}', { text: serverText(row.text) })}</span>
          </button>
        </td>
      </tr>
      {isOpen.value && (
        <tr id={detailsId} data-testid={detailsId}>
          <td colSpan={6}>
            <Details row={row} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Returns the ward of the alarm. If the patient was moved, returns the last ward. */
const wardOf = ({ places }: ReviewedAlarmRow) => places.at(-1)?.ward;

/** The link to all waves around the onset of an alarm, as long as Kafka keeps them. */
function WavesLink({ row }: { row: ReviewedAlarmRow }) {
  const app = useApp();
  const at = row.onsetMs ?? row.raisedMs;
  if (app.now.value - at > dayMs) return null;
  return (
    <a
      href={formatRoute({ page: 'waves', associationId: row.associationId, at })}
      data-testid={`review-waves-${row.alarmId}`}
    >
      {t('All waves of that time')}
    </a>
  );
}

/** Each call with the confirmations of its channels and its end, and sentences about calls that are missing. */
function CallsOfAlarm({ row }: { row: ReviewedAlarmRow }) {
  const { alarmId, calls } = row;
  const nowMs = useApp().now.value;
  const ward = wardOf(row);
  const lines = inZoneOf(ward, () => reviewedCallLines(calls, nowMs));
  return (
    <section aria-label={t('Calls')} data-testid={`review-calls-${alarmId}`}>
      <h3>{t('Calls')}</h3>
      {lines.length > 0 && (
        <ol class="review__steps">
          {lines.map(({ key, text, channels }) => (
            <li key={key}>
              {text}
              <ul class="dim">
                {channels.map((channel) => (
                  <li key={channel}>{channel}</li>
                ))}
              </ul>
            </li>
          ))}
        </ol>
      )}
      {inZoneOf(ward, () => leftOutLines(calls, nowMs)).map((line) => (
        <p key={line} class="dim">
          {line}
        </p>
      ))}
    </section>
  );
}

function Details({ row }: { row: ReviewedAlarmRow }) {
  const app = useApp();
  const { value, limit, unit, profile, kind, priority, deviceId, patient } = row;
  const facts = [
    t('{priority} priority, {kind}', {
      priority: priorityNames[priority],
      kind: kind === 'technical' ? t('technical') : t('about the patient'),
    }),
    value === null ? undefined : t('value {value}{part}', { value, part: unit === null ? '' : ` ${unit}` }),
    limit === null ? undefined : t('limit {limit}{part}', { limit, part: unit === null ? '' : ` ${unit}` }),
    profile === null
      ? undefined
      : t('limits of the profile {origin}, version {version}', { origin: profile.origin, version: profile.version }),
    t('device {deviceId}', { deviceId }),
    patient === null ? undefined : t('patient {patientId}', { patientId: patient.patientId }),
  ].filter((fact) => fact !== undefined);
  return (
    <>
      <p class="dim">{facts.join(' · ')}</p>
      <ol class="review__steps">
        {stepsOf(row).map(({ key, atMs, title }) => (
          <li key={key}>
            <time dateTime={new Date(atMs).toISOString()}>{inZoneOf(wardOf(row), () => dateTimeText(atMs))}</time>{' '}
            <span>{title}</span>
          </li>
        ))}
      </ol>
      <CallsOfAlarm row={row} />
      <p>
        <a href={formatRoute({ page: 'strip', alarmId: row.alarmId })} data-testid={`review-strip-${row.alarmId}`}>
          {t('Waves around the onset')}
        </a>
      </p>
      <p>
        <WavesLink row={row} />
      </p>
      {app.may('see-explanations') && (
        <p>
          <a href={formatRoute({ page: 'why', alarmId: row.alarmId })}>{t('Why did nobody come?')}</a>
        </p>
      )}
    </>
  );
}
