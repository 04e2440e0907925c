/** The form that moves a device to another bed. It does not change the data of the patient at the device. */
import { useSignal } from '@preact/signals';
import { useApp } from '../shell/app.ts';
import { ChangedMeanwhile, FormEnd, type FormProps, SamePatientQuestion, useSending } from './form-parts.tsx';
import { PlaceFields } from './patient-fields.tsx';

export function MoveForm({ row, onDone, onCancel }: FormProps) {
  const app = useApp();
  const { device, current } = row;
  const { deviceId } = device;
  const place = useSignal({ ward: current?.ward ?? '', bed: current?.bed ?? '' });
  const sending = useSending(onDone);
  const isDirty = place.value.ward !== (current?.ward ?? '') || place.value.bed !== (current?.bed ?? '');
  const otherDevices = current?.others ?? [];

  function move(version: number) {
    const { ward, bed } = place.value;
    if (ward === '' || bed === '') sending.problem.value = 'Choose a ward and a bed.';
    else if (ward === current?.ward && bed === current.bed)
      sending.problem.value = 'The device is in this bed already.';
    else
      void sending.send(
        () => app.api.moveDevice(deviceId, { ward, bed, version }),
        `${deviceId} is now at ${ward} ${bed}.`,
      );
  }

  /**
   * Assigns a device without a patient to the patient in the bed. The device gets a new association, because its former
   * readings are not the patient's.
   */
  function assignToPatient(samePatientAs: string) {
    const { ward, bed } = place.value;
    const body = { ward, bed, patient: null, samePatientAs, version: row.version };
    void sending.send(() => app.api.associate(deviceId, body), `${deviceId} is now at ${ward} ${bed}.`);
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        move(row.version ?? 0);
      }}
    >
      <PlaceFields
        draft={place.value}
        onDraft={(next) => {
          place.value = next;
        }}
      />
      {current?.occupied && (
        <p class="dim">
          The patient moves with the device{otherDevices.length > 0 ? `, and so does ${otherDevices.join(', ')}` : ''}.
          Alarms, acknowledgements and limits move too.
        </p>
      )}
      <SamePatientQuestion
        deviceId={deviceId}
        refused={sending.refused.value}
        onSame={assignToPatient}
        onOther={() => {
          sending.refused.value = undefined;
          sending.problem.value = 'Choose another bed, or discharge the patient in this bed first.';
        }}
      />
      <ChangedMeanwhile refused={sending.refused.value} onInsist={move} />
      <FormEnd sending={sending} save="Move" isDirty={isDirty} onCancel={onCancel} />
    </form>
  );
}
