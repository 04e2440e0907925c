/**
 * The statistics of the page "Alarm history": the alarms per bed and day, the alarms by condition, and the patients
 * with the most alarms.
 */
import { durationText } from '../../../contracts/explain/durations.ts';
import type { AlarmReview, BusyPatient } from '../../protocol/alarm-review.ts';
import { busyText, rateText } from '../core/alarm-review-words.ts';
import { conditionText } from '../core/condition-words.ts';
import { limitFit } from '../core/limit-fit.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { LimitFitButton } from './limit-fit.tsx';

/**
 * Shows nothing if the person may not change limits, if the patient is not on this screen any more, or if the condition
 * has no limit.
 */
function Fit({ patient: { associationId, condition } }: { patient: BusyPatient }) {
  const app = useApp();
  const bed = app.screen.value?.beds.get(associationId);
  const fit = bed && app.may('set-limits') ? limitFit(condition, bed.limits) : undefined;
  return fit === undefined ? null : <LimitFitButton associationId={associationId} fit={fit} />;
}

export function AlarmStatistics({ review }: { review: AlarmReview }) {
  const { counts, byCondition, busiest } = review;
  if (counts.total === 0) return null;
  return (
    <details class="review__statistics" data-testid="review-statistics">
      <summary>{t('Statistics')}</summary>
      <p data-testid="review-rate">
        {rateText(counts) ??
          t('The beds were occupied for less than 12 hours in total: too little for a number per bed and day.')}
      </p>
      <table class="table table--tight">
        <thead>
          <tr>
            <th scope="col">{t('Condition')}</th>
            <th scope="col" class="num">
              {t('Alarms')}
            </th>
            <th scope="col" class="num">
              {t('Unanswered')}
            </th>
            <th scope="col" class="num">
              {t('Median time to the answer')}
            </th>
          </tr>
        </thead>
        <tbody>
          {byCondition.map(({ condition, alarms, unanswered, medianAnswerMs }) => (
            <tr key={condition}>
              <th scope="row">{conditionText(condition)}</th>
              <td class="num">{alarms}</td>
              <td class="num">{unanswered}</td>
              <td class="num">{medianAnswerMs === null ? '–' : durationText(medianAnswerMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {busiest.length > 0 && (
        <>
          <h2>{t('Patients with the most alarms')}</h2>
          <ol data-testid="review-busiest">
            {busiest.map((patient) => (
              <li key={patient.patientId}>
                {busyText(patient)} <Fit patient={patient} />
              </li>
            ))}
          </ol>
        </>
      )}
    </details>
  );
}
