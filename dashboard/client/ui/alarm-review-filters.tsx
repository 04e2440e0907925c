/**
 * The filters of the page "Alarm history". A new choice changes the address, so that a bookmark and the button "back"
 * keep the filters.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { priorities } from '../../../contracts/priorities.ts';
import type { AlarmReview } from '../../protocol/alarm-review.ts';
import type { AlarmFilters } from '../core/alarm-filters.ts';
import { conditionText } from '../core/condition-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

type Option = { readonly value: string; readonly text: string };
type Change = (changes: Partial<Record<keyof AlarmFilters, string | undefined>>, ward?: string) => void;

const noChoices: AlarmReview['choices'] = { beds: [], persons: [], conditions: [] };
const plain = (values: readonly string[]): Option[] => values.map((value) => ({ value, text: value }));
/** Options whose values are words of Vigil. */
const translated = (values: readonly string[]): Option[] => values.map((value) => ({ value, text: t(value) }));

export function ReviewFilters(props: {
  ward: string;
  filters: AlarmFilters;
  /** Undefined while the list is not loaded. */
  choices: AlarmReview['choices'] | undefined;
  onChange: Change;
}) {
  const { ward, filters, choices = noChoices, onChange } = props;
  const conditions = choices.conditions.map((value) => ({ value, text: conditionText(value) }));
  const persons = choices.persons.map(({ userId, name }) => ({ value: userId, text: name }));
  return (
    <form class="review__filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
      <WardFilter ward={ward} onWard={(other) => onChange({ bed: undefined, person: undefined }, other)} />
      <Filter name="bed" label={t('Bed')} filters={filters} options={plain(choices.beds)} onChange={onChange} />
      <Filter name="person" label={t('Called or answered')} filters={filters} options={persons} onChange={onChange} />
      <Filter
        name="priority"
        label={t('Priority')}
        filters={filters}
        options={translated(priorities)}
        onChange={onChange}
      />
      <Filter name="condition" label={t('Condition')} filters={filters} options={conditions} onChange={onChange} />
      <Filter
        name="answer"
        label={t('Answer')}
        filters={filters}
        options={translated(['answered', 'unanswered'])}
        onChange={onChange}
      />
      {filters.patient !== undefined && (
        <button
          class="button"
          type="button"
          data-testid="review-all-patients"
          onClick={() => onChange({ patient: undefined })}
        >
          {t('Only one patient: show all')}
        </button>
      )}
    </form>
  );
}

type FilterProps = {
  name: 'bed' | 'person' | 'priority' | 'condition' | 'answer';
  label: string;
  filters: AlarmFilters;
  options: readonly Option[];
  onChange: Change;
};

function Filter({ name, label, filters, options, onChange }: FilterProps) {
  const value = filters[name] ?? '';
  // The chosen value stays in the list, even if no alarm has this value.
  const all =
    value === '' || options.some((option) => option.value === value) ? options : [...plain([value]), ...options];
  return (
    <label class="field">
      <span>{label}</span>
      <select
        name={name}
        value={value}
        title={options.find((option) => option.value === value)?.text ?? (value || t('all'))}
        data-may-shorten
        data-testid={`review-${name}`}
        onChange={(event) => onChange({ [name]: event.currentTarget.value || undefined })}
      >
        <option value="" selected={value === ''}>
          {t('all')}
        </option>
        {all.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function WardFilter({ ward, onWard }: { ward: string; onWard: (ward: string) => void }) {
  const app = useApp();
  const wards = useSignal<readonly string[]>([]);
  useEffect(() => {
    void app.api.wards().then((answer) => {
      if (answer.ok) wards.value = answer.data.wards.map((entry) => entry.ward);
    });
  }, []);
  const own = app.session.value?.wards.filter((entry) => entry !== '*') ?? [];
  const all = [...new Set([...own, ...wards.value, ...(ward === '*' ? [] : [ward])])].sort();
  return (
    <label class="field review__ward">
      <span>{t('Ward')}</span>
      <select
        value={ward}
        title={ward === '*' ? t('All my wards') : ward}
        data-may-shorten
        data-testid="review-ward"
        onChange={(event) => onWard(event.currentTarget.value)}
      >
        <option value="*" selected={ward === '*'}>
          {t('All my wards')}
        </option>
        {all.map((name) => (
          <option key={name} value={name} selected={name === ward}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
