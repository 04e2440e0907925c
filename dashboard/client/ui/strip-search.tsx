/**
 * The form on the page "Alarm history" that finds the strips of a bed or of a patient at a time. It also finds strips
 * of alarms of some weeks ago.
 */
import { useSignal } from '@preact/signals';
import { minuteMs } from '../../../contracts/durations.ts';
import { stripContentTexts } from '../../../contracts/strip-words.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { StripRow, Strips } from '../../protocol/strips.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { patientName } from '../core/numerics.ts';
import { formatRoute } from '../core/routes.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import { fieldTime, instantOfField, refusedTimeText } from '../core/time-fields.ts';
import { dateTimeText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { halfFilledText } from './half-filled.ts';
import { FormProblem } from './still-text.tsx';
import { TimeField } from './time-field.tsx';

/** How far from the time the search looks in both directions, ms. */
const aroundMs = 30 * minuteMs;

/** @param ward `*` for all wards of the person */
export function StripSearch({ ward }: { ward: string }) {
  const app = useApp();
  const bed = useSignal('');
  const patientId = useSignal('');
  const time = useSignal(fieldTime(app.now.peek()));
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const found = useSignal<Strips | undefined>(undefined);
  async function search(form: HTMLFormElement) {
    const atMs = instantOfField(time.value);
    const who = { bed: bed.value.trim(), patientId: patientId.value.trim() };
    found.value = undefined;
    problem.value =
      halfFilledText(form) ??
      refusedTimeText(time.value) ??
      (who.bed === '' && who.patientId === ''
        ? t('Enter a bed or the id of a patient.')
        : atMs === undefined
          ? t('Enter a date and a time.')
          : undefined);
    if (problem.value !== undefined || atMs === undefined || isBusy.peek()) return;
    isBusy.value = true;
    const answer = await app.api.strips({
      ...{ from: formatInstant(atMs - aroundMs), to: formatInstant(atMs + aroundMs) },
      ...(ward !== '*' && { ward }),
      ...(who.bed !== '' && { bed: who.bed }),
      ...(who.patientId !== '' && { patientId: who.patientId }),
    });
    isBusy.value = false;
    if (answer.ok) found.value = answer.data;
    else problem.value = answer.message;
  }
  return (
    <details class="review__strips" data-testid="strips">
      <summary>{t('Strips of a bed or a patient at a time')}</summary>
      <form
        class="form__row"
        noValidate
        aria-label={t('Strips of a bed or a patient at a time')}
        onSubmit={(event) => {
          event.preventDefault();
          void search(event.currentTarget);
        }}
      >
        <TextField label={t('Bed')} name="strips-bed" value={bed} lengthMax={40} />
        <TextField label={t('Patient (id)')} name="strips-patient" value={patientId} lengthMax={64} />
        <TimeField
          label={t('Around (30 minutes before and after)')}
          name="strips-time"
          data-testid="strips-time"
          value={time.value}
          onInput={(event) => {
            time.value = event.currentTarget.value;
          }}
        />
        <button class="button" type="submit" aria-disabled={isBusy.value} data-testid="strips-search">
          {t('Show')}
        </button>
        <FormProblem text={problem.value} testId="strips-problem" />
      </form>
      <div role="status">
        {isBusy.value && <p class="dim">{t('Loading …')}</p>}
        {found.value && <Found found={found.value} />}
      </div>
    </details>
  );
}

type TextFieldProps = { label: string; name: string; value: { value: string }; lengthMax: number };

function TextField({ label, name, value, lengthMax }: TextFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        data-testid={name}
        maxLength={lengthMax}
        autocomplete="off"
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

function Found({ found: { rows, isCut, isWhole } }: { found: Strips }) {
  return (
    <>
      <p data-testid="strips-count">
        {rows.length === 0 ? t('No strip of your wards was found.') : t('{n} strip|{n} strips', { n: rows.length })}
        {isCut && ` ${t('Older ones are left out: choose a later time.')}`}
        {!isWhole && ` ${t('Strips may be missing: they are kept for 30 days, and some may be unreadable.')}`}
      </p>
      <ul class="review__found">
        {rows.map((row) => (
          <li key={`${row.alarmId} ${row.onset}`}>
            <a
              href={formatRoute({ page: 'strip', alarmId: row.alarmId, onset: row.onset })}
              data-testid={`strips-row-${row.alarmId}-${row.onset}`}
            >
              {inZoneOf(row.places.at(-1)?.ward, () => dateTimeText(row.onsetMs))} · {priorityMarks[row.priority]}{' '}
              {serverText(row.text)}
            </a>{' '}
            <span class="dim">{aboutText(row)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function aboutText({ places, patient, onset, content }: StripRow): string {
  const where = places.map(({ ward, bed }) => (bed === null ? ward : `${ward} ${bed}`));
  return [
    ...where,
    patient === null ? t('no patient') : `${patientName(patient)}, ${patient.patientId}`,
    ...(onset > 1 ? [t('onset {onset}', { onset })] : []),
    ...(content === 'waves' ? [] : [stripContentTexts[content]]),
  ].join(' · ');
}
