/**
 * The form of a device. A person chooses an act (assign, move, admit, correct, end), and the form of this act opens.
 */
import { useSignal } from '@preact/signals';
import type { DeviceAct } from '../core/device-acts.ts';
import { actsFor } from '../core/device-acts.ts';
import { patientName } from '../core/numerics.ts';
import { t, texts } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { AssignForm } from './assign-form.tsx';
import { CorrectForm } from './correct-form.tsx';
import { EndForm } from './end-form.tsx';
import type { FormRow } from './form-parts.tsx';
import { MoveForm } from './move-form.tsx';

const actTexts: Readonly<Record<DeviceAct, string>> = texts({
  assign: 'Assign to a bed',
  move: 'Move to another bed',
  admit: 'Admit a patient',
  correct: 'Correct the patient’s data',
  end: 'Discharge or unassign',
});

type Props = { row: FormRow; onDone: (text: string) => void; onCancel: () => void };

export function AssociateForm({ row, onDone, onCancel }: Props) {
  const app = useApp();
  const { device, current } = row;
  const acts = actsFor(current, app.may('admit-patient'));
  const chosen = useSignal<DeviceAct>(acts[0]!);
  const props = { row, onDone, onCancel };
  return (
    <section class="panel" aria-labelledby="associate-title" data-testid="associate-form">
      <h2 id="associate-title">
        {device.deviceId}:{' '}
        {current?.bed ? t('now {ward} {bed}', { ward: current.ward ?? '', bed: current.bed }) : t('no bed')}
      </h2>
      {current?.occupied && app.may('admit-patient') && (
        <PatientAtDevice associationId={current.associationId} ward={current.ward} />
      )}
      {acts.length > 1 && (
        <fieldset class="choice">
          <legend class="unseen">{t('What to do')}</legend>
          {acts.map((act) => (
            <button
              key={act}
              type="button"
              class="choice__one"
              aria-pressed={chosen.value === act}
              data-testid={`act-${act}`}
              onClick={() => {
                if (act === chosen.value) return;
                app.unsaved.leave(() => {
                  chosen.value = act;
                });
              }}
            >
              {actTexts[act]}
            </button>
          ))}
        </fieldset>
      )}
      {(chosen.value === 'assign' || chosen.value === 'admit') && <AssignForm key={chosen.value} {...props} />}
      {chosen.value === 'move' && <MoveForm {...props} />}
      {chosen.value === 'correct' && <CorrectForm {...props} />}
      {chosen.value === 'end' && <EndForm {...props} />}
    </section>
  );
}

/** Shows the patient at the device, so that a person can check the name before a move or a discharge. */
function PatientAtDevice({ associationId, ward }: { associationId: string; ward: string | null }) {
  const patient = useApp().screen.value?.beds.get(associationId)?.patient;
  return (
    <p data-testid="associate-patient">
      {t('Patient:')}{' '}
      {patient ? (
        <>
          <strong>{patientName(patient)}</strong>
          {patient.birthDate && t(' · born {birthDate}', { birthDate: patient.birthDate })}{' '}
          {t('· id {patientId}', { patientId: patient.patientId })}
        </>
      ) : (
        t('the name is not on this screen. Choose {ward} at the top to see it.', { ward: ward ?? t('the ward') })
      )}
    </p>
  );
}
