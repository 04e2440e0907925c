/** The page "Shift": what happened to each patient of a ward since the beginning of a shift. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hourMs } from '../../../contracts/durations.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { ShiftPatient, ShiftSummary } from '../../protocol/shift-summary.ts';
import { patientName } from '../core/numerics.ts';
import { formatRoute } from '../core/routes.ts';
import { firstHourText, shiftLines, sinceText, summaryFaults, wardDutiesText } from '../core/shift-words.ts';
import { shiftStart, summaryStart } from '../core/shifts.ts';
import { t } from '../core/texts.ts';
import { fieldTime, instantOfField } from '../core/time-fields.ts';
import { clockText, patientAgeText, zonedText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { ScrollBox } from './scroll-box.tsx';
import { shiftStartsOf } from './shift-starts.ts';
import { FormProblem } from './still-text.tsx';
import { TimeDoubt } from './time-doubt.tsx';
import { TimeField } from './time-field.tsx';
import { patientHref } from './top-bar.tsx';

/** The longest time that the field allows: less than the 72 h of the server, because time passes before the request. */
const spanMsMax = 71 * hourMs;

type ShiftProps = { ward: string | undefined; since?: string; bed?: string };

/** Requests the summary when the page opens, when its address changes, and when the person refreshes the page. */
function useSummary({ ward, since, bed }: ShiftProps) {
  const app = useApp();
  const summary = useSignal<ShiftSummary | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  /** The number of the newest request. The page shows only the answer to this request. */
  const newest = useSignal(0);

  async function load(): Promise<void> {
    if (ward === undefined) return;
    const requestNo = newest.peek() + 1;
    newest.value = requestNo;
    isBusy.value = true;
    const fromMs = since === undefined ? summaryStart(shiftStartsOf(app), app.now.peek()) : Date.parse(since);
    const answer = await app.api.shiftSummary(ward, { from: formatInstant(fromMs), ...(bed !== undefined && { bed }) });
    if (newest.peek() !== requestNo) return;
    isBusy.value = false;
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok) summary.value = answer.data;
  }
  useEffect(() => {
    // Removes the former summary, because the page must not show a summary of a different ward, bed or time under this
    // title.
    summary.value = undefined;
    problem.value = undefined;
    void load();
  }, [ward, since, bed]);
  return { summary, problem, isBusy, load };
}

export function ShiftPage(props: ShiftProps) {
  const app = useApp();
  const watched = app.ward.value;
  const ward = props.ward ?? (watched === '*' ? undefined : watched);
  const { bed } = props;
  const { summary, problem, isBusy, load } = useSummary({ ...props, ward });
  const { value } = summary;
  return (
    <div class="ward">
      <main class="sheet shift" id="main" tabIndex={-1} data-testid="shift-page">
        <div class="sheet__head">
          <h1>
            {t('Shift{part}{part2}', {
              part: ward === undefined ? '' : ` · ${ward}`,
              part2: bed === undefined ? '' : ` · ${bed}`,
            })}
          </h1>
          {ward !== undefined && bed !== undefined && (
            <a class="button button--small" href={formatRoute({ ...props, page: 'shift', ward, bed: '' })}>
              {t('All beds')}
            </a>
          )}
        </div>
        {ward === undefined ? <WardLinks /> : <Beginning {...props} ward={ward} shownFromMs={value?.fromMs} />}
        {problem.value !== undefined && (
          <p class="form__problem" role="alert" data-testid="shift-error">
            {problem.value}
            {value && t(' The summary below is the one from before.')}
          </p>
        )}
        {value && <Facts summary={value} />}
        {ward !== undefined && (
          <p class="shift__refresh">
            <button
              class="button"
              type="button"
              disabled={isBusy.value}
              data-testid="shift-refresh"
              onClick={() => void load()}
            >
              {value ? t('Refresh') : t('Load')}
            </button>
            {value && (
              <button class="button" type="button" data-testid="shift-print" onClick={() => window.print()}>
                {t('Print')}
              </button>
            )}
          </p>
        )}
        <ScrollBox label={t('Patients')}>
          {ward !== undefined && !value && problem.value === undefined && (
            <p class="dim sheet__none" role="status" data-testid="shift-loading">
              {t('Loading …')}
            </p>
          )}
          {value?.patients.length === 0 && (
            <p class="dim sheet__none" data-testid="shift-empty">
              {bed === undefined ? t('No patient is in a bed of this ward now.') : t('No patient is in this bed now.')}
            </p>
          )}
          {value && value.patients.length > 0 && (
            <ul class="wards">
              {value.patients.map((patient) => (
                <PatientCard key={`${patient.bed} ${patient.associationId}`} summary={value} patient={patient} />
              ))}
            </ul>
          )}
        </ScrollBox>
      </main>
      <AlarmPanel />
    </div>
  );
}

type BeginningProps = ShiftProps & { ward: string; shownFromMs: number | undefined };

/**
 * The choice of the beginning: this shift, the former shift, or any instant of the last days.
 * @param shownFromMs the beginning of the shown summary; undefined if the page shows no summary
 */
function Beginning({ ward, since, bed, shownFromMs }: BeginningProps) {
  const app = useApp();
  const typed = useSignal('');
  const nowMs = app.now.value;
  const starts = shiftStartsOf(app);
  const thisShiftMs = shiftStart(starts, nowMs);
  const usualMs = summaryStart(starts, nowMs);
  const problem = useSignal<string | undefined>(undefined);
  const choose = (fromMs: number | undefined) => {
    problem.value = undefined;
    app.go({
      page: 'shift',
      ward,
      ...(fromMs !== undefined && { since: formatInstant(fromMs) }),
      ...(bed !== undefined && { bed }),
    });
  };
  // Without a time in the address, this is the beginning of the shown summary, even after a new shift has begun.
  const fromMs = since === undefined ? (shownFromMs ?? usualMs) : Date.parse(since);
  const choices = [
    { key: 'this', text: t('This shift'), ms: thisShiftMs },
    { key: 'before', text: t('With the shift before'), ms: shiftStart(starts, thisShiftMs - 1) },
  ];
  return (
    <div class="form__row shift__beginning">
      <fieldset class="choice">
        <legend class="unseen">{t('Beginning')}</legend>
        {choices.map(({ key, text, ms }) => (
          <button
            key={key}
            type="button"
            class="choice__one"
            aria-pressed={fromMs === ms}
            data-testid={`shift-${key}`}
            onClick={() => choose(ms === usualMs ? undefined : ms)}
          >
            {text}
          </button>
        ))}
      </fieldset>
      <TimeField
        label={t('Since')}
        name="since"
        data-testid="shift-since"
        value={fieldTime(fromMs)}
        min={fieldTime(nowMs - spanMsMax)}
        max={fieldTime(nowMs)}
        onChange={(event) => {
          typed.value = event.currentTarget.value;
          const ms = instantOfField(typed.value);
          if (ms !== undefined) choose(ms);
          else if (typed.value === '')
            problem.value = t('The beginning is unchanged: fill in the whole date and time.');
        }}
      />
      <FormProblem text={problem.value} testId="shift-since-problem" />
      <TimeDoubt fields={[typed.value]} />
      {since === undefined && fromMs < thisShiftMs && (
        <p class="dim" data-testid="shift-first-hour">
          {firstHourText(thisShiftMs)}
        </p>
      )}
    </div>
  );
}

/** The wards of the person, if the screen watches all wards and the address names no ward. */
function WardLinks() {
  const app = useApp();
  const wards = useSignal<readonly string[]>([]);
  useEffect(() => {
    void app.api.wards().then((answer) => {
      if (answer.ok) wards.value = answer.data.wards.map(({ ward }) => ward);
    });
  }, []);
  return (
    <nav aria-label={t('Wards')} class="wards__links" data-testid="shift-wards">
      <span>{t('Choose a ward:')}</span>
      {wards.value.map((ward) => (
        <a key={ward} class="button button--small" href={formatRoute({ page: 'shift', ward })}>
          {ward}
        </a>
      ))}
    </nav>
  );
}

function Facts({ summary }: { summary: ShiftSummary }) {
  const app = useApp();
  return (
    <div class="shift__facts">
      <p data-testid="shift-span">
        {t('Since {zoned} · as of {time}', { zoned: zonedText(summary.fromMs), time: clockText(summary.at) })}
      </p>
      <p data-testid="shift-duties">{wardDutiesText(summary)}</p>
      <div role="status">
        {summaryFaults(summary, app.now.value).map((fault) => (
          <p key={fault} class="is-refused" data-testid="shift-fault">
            {fault}
          </p>
        ))}
      </div>
      <p class="print-only">{t('Printed {zoned}', { zoned: zonedText(app.now.value) })}</p>
    </div>
  );
}

function PatientCard({ summary, patient: entry }: { summary: ShiftSummary; patient: ShiftPatient }) {
  const { bed, patient, associationId } = entry;
  const age = patientAgeText(patient.birthDate, summary.at);
  const facts = [patient.patientId, ...(age === undefined ? [] : [age]), sinceText(entry, summary.at)];
  return (
    <li class="wards__card shift__card" data-testid={`shift-bed-${bed}`}>
      <h2>
        {bed} · <a href={patientHref(associationId)}>{patientName(patient)}</a>
      </h2>
      <p class="dim">{facts.join(' · ')}</p>
      <dl class="wards__lines">
        {shiftLines(summary, entry).map(({ label, texts, state }) => (
          <div key={label} data-state={state} data-testid={`shift-${label.toLowerCase().replaceAll(' ', '-')}`}>
            <dt>{label}</dt>
            <dd class={state === 'bad' ? 'is-refused' : state === 'good' ? undefined : 'dim'}>
              {texts.map((text) => (
                <span key={text} class="shift__text">
                  {text}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
