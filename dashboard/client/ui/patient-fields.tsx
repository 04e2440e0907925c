/** The fields of a form for a patient's data and for a ward and bed. The form stores the drafts. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PatientField } from '../../../contracts/patient-rules.ts';
import type { Places } from '../../protocol/devices.ts';
import { categories, type PatientDraft, sexes } from '../core/association-input.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ChoiceField, TextField } from './fields.tsx';

const choose = {
  value: '',
  get text() {
    return t('choose …');
  },
};
const options = (values: readonly string[]) => values.map((value) => ({ value, text: value }));

export function PatientFields({ draft, onDraft }: { draft: PatientDraft; onDraft: (draft: PatientDraft) => void }) {
  const field = (name: PatientField) => ({
    name,
    value: draft[name],
    onValue: (value: string) => onDraft({ ...draft, [name]: value }),
  });
  return (
    <div class="form__row">
      <TextField label={t('Patient id')} maxLength={64} {...field('patientId')} />
      <TextField label={t('Family name')} maxLength={80} {...field('familyName')} />
      <TextField label={t('Given name')} maxLength={80} {...field('givenName')} />
      <TextField label={t('Born')} maxLength={10} placeholder={t('YYYY-MM-DD')} {...field('birthDate')} />
      <ChoiceField
        label={t('Sex')}
        options={[{ value: '', text: t('not stated') }, ...sexes.map((sex) => ({ value: sex, text: t(sex) }))]}
        {...field('sex')}
      />
      <ChoiceField
        label={t('Category')}
        options={[choose, ...categories.map((category) => ({ value: category, text: t(category) }))]}
        {...field('category')}
      />
    </div>
  );
}

export type PlaceDraft = { readonly ward: string; readonly bed: string };

/** Requests the registered wards and beds. `places` is undefined until the server has answered. */
function usePlaces() {
  const app = useApp();
  const places = useSignal<Places['wards'] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    void app.api.places().then((answer) => {
      if (answer.ok) places.value = answer.data.wards;
      else problem.value = answer.message;
    });
  }, []);
  return { places, problem };
}

export function PlaceFields({ draft, onDraft }: { draft: PlaceDraft; onDraft: (draft: PlaceDraft) => void }) {
  const { places, problem } = usePlaces();
  const wards = places.value ?? [];
  const beds = wards.find(({ ward }) => ward === draft.ward)?.beds ?? [];
  return (
    <div class="form__row">
      <ChoiceField
        label={t('Ward')}
        name="ward"
        value={draft.ward}
        options={[choose, ...options(wards.map(({ ward }) => ward))]}
        onValue={(ward) => onDraft({ ward, bed: '' })}
      />
      <ChoiceField
        label={t('Bed')}
        name="bed"
        value={draft.bed}
        options={[choose, ...options(beds)]}
        onValue={(bed) => onDraft({ ...draft, bed })}
      />
      {problem.value && <p class="form__problem">{problem.value}</p>}
      {places.value?.length === 0 && (
        <p class="form__problem">
          {t('None of your wards is registered. Ask the operator to register wards and beds.')}
        </p>
      )}
    </div>
  );
}
