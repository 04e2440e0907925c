/** The form for the parts of a score that a monitor cannot measure: consciousness, oxygen, and the SpO2 scale. */
import { useSignal } from '@preact/signals';
import type { Bed } from '../../protocol/rest.ts';
import {
  type AssessmentDraft,
  consciousnessOptions,
  emptyAssessment,
  oxygenOptions,
  readAssessment,
  scaleOptions,
} from '../core/score-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ChoiceField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

const fields = () =>
  [
    ['consciousness', t('Consciousness'), consciousnessOptions],
    ['oxygen', t('Air or oxygen'), oxygenOptions],
    ['spo2Scale', t('SpO2 scale'), scaleOptions],
  ] as const;

export function AssessmentForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const draft = useSignal<AssessmentDraft>(emptyAssessment);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const form = useUnsaved(fields().some(([name]) => draft.value[name] !== ''));

  async function save() {
    const read = readAssessment(draft.value);
    if (read === undefined) {
      problem.value = t('Nothing was entered.');
      return;
    }
    busy.value = true;
    const answer = await app.api.assess(bed.associationId, read);
    problem.value = answer.ok ? await app.answers.refusalOfCommand(answer.data.commandId) : answer.message;
    busy.value = false;
    if (problem.value === undefined) onDone();
  }

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.value) void save();
      }}
      noValidate
      aria-label={t('What you see at the bed')}
      data-testid="assessment-form"
    >
      <div class="form__row">
        {fields().map(([name, label, options]) => (
          <ChoiceField
            key={name}
            name={name}
            label={label}
            value={draft.value[name]}
            options={options}
            onValue={(value) => {
              draft.value = { ...draft.value, [name]: value };
            }}
          />
        ))}
      </div>
      <p class="dim">
        {t(
          'Consciousness and oxygen count for 6 h, the scale until somebody changes it. Each entry is recorded with your name.',
        )}
      </p>
      <UnsavedQuestion form={form} />
      <FormProblem text={problem.value} testId="assessment-problem" />
      <div class="form__buttons">
        <button class="button button--primary" type="submit" disabled={busy.value} data-testid="assessment-save">
          {t('Save')}
        </button>
        <button class="button" type="button" onClick={onDone}>
          {t('Cancel')}
        </button>
      </div>
    </form>
  );
}
