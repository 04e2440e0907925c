/** The form that corrects a patient's data. It shows the stored data and sends only the changed fields. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Patient } from '../../../contracts/messages/records.ts';
import { draftOf, emptyPatientDraft, isDraftChanged, readChanges } from '../core/association-input.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { Confirm } from './fields.tsx';
import { ChangedMeanwhile, FormEnd, type FormProps, useSending } from './form-parts.tsx';
import { PatientFields } from './patient-fields.tsx';

/** A patient, and the version of the association. Both come from the same answer of the server. */
type ShownPatient = { readonly patient: Patient; readonly version: number };

/** Requests the patient of an association once, and then calls `onPatient` or `onProblem`. */
function usePatient(
  associationId: string,
  onPatient: (shown: ShownPatient) => void,
  onProblem: (text: string) => void,
) {
  const app = useApp();
  useEffect(() => {
    void app.api.patient(associationId).then((answer) => {
      const patient = answer.ok ? answer.data.bed.patient : null;
      if (!answer.ok) onProblem(answer.message);
      else if (!patient) onProblem(t('There is no patient at this device any more.'));
      else onPatient({ patient, version: answer.data.version });
    });
  }, [associationId]);
}

export function CorrectForm({ row, onDone, onCancel }: FormProps) {
  const app = useApp();
  const { deviceId } = row.device;
  const associationId = row.current?.associationId ?? '';
  const shownPatient = useSignal<ShownPatient | undefined>(undefined);
  const draft = useSignal(emptyPatientDraft);
  const confirmed = useSignal(false);
  const sending = useSending(onDone);
  usePatient(
    associationId,
    (patient) => {
      shownPatient.value = patient;
      draft.value = draftOf(patient.patient);
    },
    (text) => {
      sending.problem.value = text;
    },
  );
  const stored = shownPatient.value;
  const isDirty = stored !== undefined && isDraftChanged(draftOf(stored.patient), draft.value);
  const isOtherCategory = stored !== undefined && draft.value.category !== stored.patient.category;

  function save(version: number) {
    if (!stored) return;
    const read = readChanges(stored.patient, draft.value, app.now.value);
    if (!read.ok) sending.problem.value = read.message;
    else if (read.categoryBefore && !confirmed.value)
      sending.problem.value = t('Other limits will judge this patient. Tick the box if that is right.');
    else {
      const { ok: _, ...body } = read;
      void sending.send(
        () => app.api.correctPatient(deviceId, associationId, { version, ...body }),
        t('The patient’s data at {deviceId} are corrected.', { deviceId }),
      );
    }
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save(stored?.version ?? 0);
      }}
    >
      {stored ? (
        <>
          <PatientFields
            draft={draft.value}
            onDraft={(next) => {
              draft.value = next;
            }}
          />
          {/* Hides the checkbox but keeps its room, so that nothing below moves while a person chooses a category. */}
          <div class={isOtherCategory ? '' : 'unshown'}>
            <Confirm
              text={t('Judge this patient by the limits of “{category}”, not of “{category2}” any more', {
                category: draft.value.category || t('no category'),
                category2: stored.patient.category,
              })}
              checked={confirmed.value}
              onChecked={(checked) => {
                confirmed.value = checked;
              }}
            />
          </div>
          <p class="dim">
            {t('For another person, discharge this patient and admit the other: their alarms and trends must not mix.')}
          </p>
        </>
      ) : (
        <p class="dim">{t('Loading …')}</p>
      )}
      <ChangedMeanwhile refused={sending.refused.value} onInsist={save} />
      <FormEnd sending={sending} {...(stored && { save: t('Save') })} isDirty={isDirty} onCancel={onCancel} />
    </form>
  );
}
