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
import { useApp } from '../shell/app.ts';
import { ChoiceField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

const fields = [
  ['consciousness', 'Consciousness', consciousnessOptions],
  ['oxygen', 'Air or oxygen', oxygenOptions],
  ['spo2Scale', 'SpO2 scale', scaleOptions],
] as const;

export function AssessmentForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const draft = useSignal<AssessmentDraft>(emptyAssessment);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  useUnsaved(fields.some(([name]) => draft.value[name] !== ''));

  async function save() {
    const read = readAssessment(draft.value);
    if (read === undefined) {
      problem.value = 'Nothing was entered.';
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
      aria-label="What you see at the bed"
      data-testid="assessment-form"
    >
      <div class="form__row">
        {fields.map(([name, label, options]) => (
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
        Consciousness and oxygen count for 6 h, the scale until somebody changes it. Each entry is recorded with your
        name.
      </p>
      <UnsavedQuestion />
      <FormProblem text={problem.value} testId="assessment-problem" />
      <div class="form__buttons">
        <button class="button button--primary" type="submit" disabled={busy.value} data-testid="assessment-save">
          Save
        </button>
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
