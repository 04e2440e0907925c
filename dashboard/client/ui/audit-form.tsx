/** The form with which a person searches the audit trail. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  type AuditAction,
  type AuditGroup,
  auditActionNames,
  auditGroupNames,
  auditGroups,
} from '../../../contracts/audit-names.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { zoneLabel } from '../../../contracts/zones.ts';
import type { AuditFilter, AuditSummary } from '../../protocol/audit.ts';
import { formatSearch, presetsAt } from '../core/audit-search.ts';
import { t } from '../core/texts.ts';
import { fieldTime, instantOfField, refusedTimeText } from '../core/time-fields.ts';
import { pageZone } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { halfFilledText } from './half-filled.ts';
import { FormProblem } from './still-text.tsx';
import { TimeDoubt } from './time-doubt.tsx';
import { TimeField } from './time-field.tsx';

type Choices = AuditSummary['choices'];
type Draft = { userId: string; patientId: string; ward: string; bed: string; what: string; from: string; to: string };

/** @param filter the search in the page's address. The form changes when this search changes */
export function AuditForm(props: {
  filter: AuditFilter;
  choices: Choices | undefined;
  onSearch: (filter: AuditFilter) => void;
}) {
  const app = useApp();
  const draft = useSignal(draftOf(props.filter));
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    draft.value = draftOf(props.filter);
  }, [formatSearch(props.filter)]);
  const set = (name: keyof Draft) => (value: string) => {
    draft.value = { ...draft.peek(), [name]: value };
  };
  const { userId, patientId, ward, bed, what, from, to } = draft.value;
  return (
    <form
      class="audit-form"
      onSubmit={(event) => {
        event.preventDefault();
        // Does not search if a typed time does not exist, because a search without this time would find too much.
        problem.value = halfFilledText(event.currentTarget) ?? refusedTimeText(from, to);
        if (problem.value === undefined) props.onSearch(filterOf(draft.peek()));
      }}
    >
      <ChosenText
        label={t('Person (account)')}
        name="user"
        value={userId}
        choices={props.choices?.userIds}
        onValue={set('userId')}
      />
      <ChosenText
        label={t('Patient (id)')}
        name="patient"
        value={patientId}
        choices={props.choices?.patientIds}
        onValue={set('patientId')}
      />
      <ChosenText label={t('Ward')} name="ward" value={ward} choices={props.choices?.wards} onValue={set('ward')} />
      <ChosenText label={t('Bed')} name="bed" value={bed} choices={props.choices?.beds} onValue={set('bed')} />
      <WhatField value={what} onValue={set('what')} />
      <TimeField
        label={t('From')}
        data-testid="audit-from"
        value={from}
        onInput={(event) => set('from')(event.currentTarget.value)}
      />
      <TimeField
        label={t('Until')}
        data-testid="audit-to"
        value={to}
        onInput={(event) => set('to')(event.currentTarget.value)}
      />
      <div class="form__buttons">
        <button class="button button--primary" type="submit" data-testid="audit-search">
          {t('Show')}
        </button>
        {presetsAt(app.now.peek()).map(({ name, fromMs, toMs }) => (
          <button
            key={name}
            class="button"
            type="button"
            data-testid={`audit-preset-${name.toLowerCase().replaceAll(' ', '-')}`}
            onClick={() => {
              const times = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
              props.onSearch({ ...filterOf(draft.peek()), ...times });
            }}
          >
            {name}
          </button>
        ))}
        <button class="button" type="button" data-testid="audit-clear" onClick={() => props.onSearch({})}>
          {t('Clear')}
        </button>
      </div>
      <FormProblem text={problem.value} testId="audit-form-problem" />
      <TimeDoubt fields={[from, to]} />
      <p class="dim audit-form__note">{t('Times are in {zone}.', { zone: zoneLabel(pageZone(), app.now.peek()) })}</p>
    </form>
  );
}

const fieldOf = (instant: string | undefined) => (instant === undefined ? '' : fieldTime(Date.parse(instant)));

function instantOf(field: string): string {
  const ms = instantOfField(field);
  return ms === undefined ? '' : formatInstant(ms);
}

function draftOf({ userId = '', patientId = '', ward = '', bed = '', action, group, from, to }: AuditFilter): Draft {
  const what = action ?? (group === undefined ? '' : `group ${group}`);
  return { userId, patientId, ward, bed, what, from: fieldOf(from), to: fieldOf(to) };
}

function filterOf({ what, from, to, ...texts }: Draft): AuditFilter {
  const group = what.startsWith('group ') ? (what.slice('group '.length) as AuditGroup) : undefined;
  const entries = Object.entries({
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim()])),
    action: group === undefined ? (what as AuditAction | '') : '',
    group: group ?? '',
    from: instantOf(from),
    to: instantOf(to),
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

type FieldProps = { label: string; name: string; value: string; onValue: (value: string) => void };

/** A text field that also offers the values in the records. */
function ChosenText({ label, name, value, choices, onValue }: FieldProps & { choices: readonly string[] | undefined }) {
  const listId = `audit-choices-${name}`;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        value={value}
        maxLength={name === 'ward' || name === 'bed' ? 40 : 64}
        list={listId}
        autocomplete="off"
        data-testid={`audit-${name}`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <datalist id={listId}>
        {choices?.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </label>
  );
}

/** A select box with each group of actions, and each action of the group below it. */
function WhatField({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  return (
    <label class="field">
      <span>{t('What')}</span>
      <select value={value} data-testid="audit-action" onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{t('everything')}</option>
        {auditGroups.map((group) => (
          <optgroup key={group} label={t(auditGroupNames[group])}>
            <option value={`group ${group}`} selected={value === `group ${group}`}>
              {t('{auditGroup}: all', { auditGroup: t(auditGroupNames[group]) })}
            </option>
            {Object.entries(auditActionNames)
              .filter(([, action]) => action.group === group)
              .map(([action, { name }]) => (
                <option key={action} value={action} selected={value === action}>
                  {t(name)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
