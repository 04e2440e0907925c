/** The forms of the assignment board. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { duties } from '../../../contracts/duty-names.ts';
import { dutiesOfRole, dutyNames } from '../core/duty-words.ts';
import { assignmentEnd } from '../core/shifts.ts';
import { t } from '../core/texts.ts';
import { fieldTime, instantTextOfField, refusedTimeText } from '../core/time-fields.ts';
import { useApp } from '../shell/app.ts';
import { AwayForm } from './away-form.tsx';
import type { BoardState } from './board-state.ts';
import { CsvForm } from './csv-form.tsx';
import { ChoiceField } from './fields.tsx';
import { shiftStartsOf } from './shift-starts.ts';
import { FormProblem } from './still-text.tsx';
import { TimeDoubt } from './time-doubt.tsx';
import { TimeField } from './time-field.tsx';

export function AssignmentForms(state: BoardState) {
  return (
    <div class="board__forms">
      <AssignForm {...state} />
      <AwayForm {...state} />
      <CsvForm {...state} />
    </div>
  );
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one form, read from top to bottom.
function AssignForm({ board, send, busy, proposal }: BoardState) {
  const app = useApp();
  const actor = app.session.value?.actor;
  const userId = useSignal(actor?.userId ?? '');
  const duty = useSignal('');
  const beds = useSignal<readonly string[]>([]);
  const proposedFrom = useRef(fieldTime(app.now.peek()));
  const from = useSignal(proposedFrom.current);
  const until = useSignal(fieldTime(assignmentEnd(shiftStartsOf(app), app.now.peek())));
  const problem = useSignal<string | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const proposed = proposal.value;
    if (!proposed) return;
    duty.value = proposed.duty;
    beds.value = proposed.beds;
    form.current?.scrollIntoView({ block: 'nearest' });
    form.current?.querySelector<HTMLSelectElement>('[name=assign-person]')?.focus();
  }, [proposal.value]);
  const people = board.people.filter((person) => board.maySetOthers || person.userId === actor?.userId);
  const person = [userId.value, actor?.userId]
    .map((id) => people.find((candidate) => candidate.userId === id))
    .find(Boolean);
  const possible = person ? dutiesOfRole(person.role) : [];
  const chosen = possible.find((name) => name === duty.value) ?? possible[0];
  const isForBeds = chosen === 'nurse' || chosen === 'buddy';

  async function save() {
    // The server refuses a start in the past. A person who did not change the start means "now", even if the form was
    // open for a while.
    if (from.value === proposedFrom.current) {
      proposedFrom.current = fieldTime(app.now.peek());
      from.value = proposedFrom.current;
    }
    const [fromAt, untilAt] = [from.value, until.value].map(instantTextOfField);
    const refusedTime = refusedTimeText(from.value, until.value);
    problem.value = undefined;
    if (!person || !chosen) problem.value = t('Choose a person.');
    else if (refusedTime) problem.value = refusedTime;
    else if (fromAt === undefined || untilAt === undefined) problem.value = t('Enter the start and the end.');
    else if (isForBeds && beds.value.length === 0) problem.value = t('Choose at least one bed.');
    if (problem.value !== undefined || !person || !chosen || !fromAt || !untilAt) return;
    const savedBeds = beds.value;
    const isSaved = await send(
      (ward, seen) =>
        app.api.assign(ward, {
          ...seen,
          duty: chosen,
          userId: person.userId,
          from: fromAt,
          until: untilAt,
          ...(isForBeds ? { beds: [...beds.value] } : {}),
        }),
      t('{name} is assigned.', { name: person.name }),
    );
    if (!isSaved) return;
    beds.value = beds.value.filter((bed) => !savedBeds.includes(bed));
    proposal.value = undefined;
  }

  return (
    <form
      ref={form}
      class="form form__group"
      noValidate
      aria-label={t('Assign')}
      data-testid="assign-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{t('Assign')}</h2>
      {!board.maySetOthers && (
        <p class="dim">
          {board.noChargeNurse
            ? t('Nobody is charge nurse now. A nurse may take this duty, and can then assign others.')
            : t('The charge nurse assigns others. You may assign yourself.')}
        </p>
      )}
      <div class="form__row">
        <ChoiceField
          label={t('Person')}
          name="assign-person"
          value={person?.userId ?? ''}
          options={people.map(({ userId: value, name, role }) => ({ value, text: `${name} (${t(role)})` }))}
          onValue={(value) => {
            userId.value = value;
            // Clears the duty, which was chosen for the former person. If the form hands over a duty, this duty stays.
            duty.value = proposal.peek()?.duty ?? '';
          }}
        />
        <ChoiceField
          label={t('Duty')}
          name="assign-duty"
          value={chosen ?? ''}
          options={duties.filter((name) => possible.includes(name)).map((value) => ({ value, text: dutyNames[value] }))}
          onValue={(value) => {
            duty.value = value;
          }}
        />
      </div>
      {isForBeds && (
        <fieldset class="form__group board__beds">
          <legend>{t('Beds')}</legend>
          {board.beds.map((bed) => (
            <label key={bed} class="field field--inline">
              <input
                type="checkbox"
                name={`assign-bed-${bed}`}
                checked={beds.value.includes(bed)}
                onChange={(event) => {
                  const others = beds.value.filter((name) => name !== bed);
                  beds.value = event.currentTarget.checked ? [...others, bed] : others;
                }}
              />
              <span>{bed}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="form__row">
        <DutyTime label={t('From')} name="assign-from" value={from} />
        <DutyTime label={t('Until')} name="assign-until" value={until} />
        <button class="button button--primary" type="submit" aria-disabled={busy.value} data-testid="assign-save">
          {t('Assign')}
        </button>
      </div>
      <FormProblem text={problem.value} testId="assign-problem" />
      <TimeDoubt fields={[from.value, until.value]} />
    </form>
  );
}

function DutyTime({ label, name, value }: { label: string; name: string; value: { value: string } }) {
  return (
    <TimeField
      class="field--time"
      label={label}
      name={name}
      value={value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  );
}
