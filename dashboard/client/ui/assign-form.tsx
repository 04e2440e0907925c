/** The form that assigns a device to a bed, or admits a patient to the bed of the device. */
import { useSignal } from '@preact/signals';
import { emptyPatientDraft, isDraftChanged, readPatient } from '../core/association-input.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ChangedMeanwhile, FormEnd, type FormProps, SamePatientQuestion, useSending } from './form-parts.tsx';
import { PatientFields, PlaceFields } from './patient-fields.tsx';

export function AssignForm({ row, onDone, onCancel }: FormProps) {
  const app = useApp();
  const { device, current, version } = row;
  const { deviceId } = device;
  const mayAdmit = app.may('admit-patient');
  const hasBed = current !== null;
  const place = useSignal({ ward: current?.ward ?? '', bed: current?.bed ?? '' });
  const draft = useSignal(emptyPatientDraft);
  const sending = useSending(onDone);
  const isPlaceChanged = place.value.ward !== (current?.ward ?? '') || place.value.bed !== (current?.bed ?? '');
  const isDirty = isPlaceChanged || isDraftChanged(emptyPatientDraft, draft.value);

  function save(samePatientAs?: string, seen = version) {
    const { ward, bed } = place.value;
    const read = readPatient(draft.value, app.now.value);
    if (ward === '' || bed === '') sending.problem.value = t('Choose a ward and a bed.');
    else if (!read.ok && samePatientAs === undefined) sending.problem.value = read.message;
    else if (hasBed && read.ok && read.patient === null && samePatientAs === undefined)
      sending.problem.value = t('Enter the patient id.');
    else {
      // Also sends the typed patient, because the server refuses data that contradict the patient in the bed.
      const patient = read.ok ? read.patient : null;
      const patientFields = { patient, ...(samePatientAs !== undefined && { samePatientAs }) };
      const doneText = t('{deviceId} is now at {ward} {bed}.', { deviceId, ward, bed });
      void sending.send(() => app.api.associate(deviceId, { ward, bed, version: seen, ...patientFields }), doneText);
    }
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {!hasBed && (
        <PlaceFields
          draft={place.value}
          onDraft={(next) => {
            place.value = next;
          }}
        />
      )}
      {mayAdmit ? (
        <fieldset class="form__group">
          <legend>{hasBed ? t('Patient') : t('Patient (leave all empty for none)')}</legend>
          <PatientFields
            draft={draft.value}
            onDraft={(next) => {
              draft.value = next;
            }}
          />
        </fieldset>
      ) : (
        <p class="dim">{t('Only a nurse may admit a patient. This form only assigns the device to a bed.')}</p>
      )}
      <SamePatientQuestion
        deviceId={deviceId}
        refused={sending.refused.value}
        typed={draft.value}
        onSame={(associationId) => save(associationId)}
        onOther={() => {
          sending.refused.value = undefined;
          sending.problem.value = t('Choose another bed, or discharge the patient in this bed first.');
        }}
      />
      <ChangedMeanwhile refused={sending.refused.value} onInsist={(seen) => save(undefined, seen)} />
      <FormEnd sending={sending} save={hasBed ? t('Admit') : t('Assign')} isDirty={isDirty} onCancel={onCancel} />
    </form>
  );
}
