/** The form that moves a device to another bed. It does not change the data of the patient at the device. */
import { useSignal } from '@preact/signals';
import { t } from '../core/texts.ts';
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
    if (ward === '' || bed === '') sending.problem.value = t('Choose a ward and a bed.');
    else if (ward === current?.ward && bed === current.bed)
      sending.problem.value = t('The device is in this bed already.');
    else
      void sending.send(
        () => app.api.moveDevice(deviceId, { ward, bed, version }),
        t('{deviceId} is now at {ward} {bed}.', { deviceId, ward, bed }),
      );
  }

  /**
   * Assigns a device without a patient to the patient in the bed. The device gets a new association, because its former
   * readings do not belong to this patient.
   */
  function assignToPatient(samePatientAs: string) {
    const { ward, bed } = place.value;
    const body = { ward, bed, patient: null, samePatientAs, version: row.version };
    void sending.send(
      () => app.api.associate(deviceId, body),
      t('{deviceId} is now at {ward} {bed}.', { deviceId, ward, bed }),
    );
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
          {t('The patient moves with the device{part}. Alarms, acknowledgements and limits move too.', {
            part:
              otherDevices.length > 0
                ? t(', and so does {otherDevices}', { otherDevices: otherDevices.join(', ') })
                : '',
          })}
        </p>
      )}
      <SamePatientQuestion
        deviceId={deviceId}
        refused={sending.refused.value}
        onSame={assignToPatient}
        onOther={() => {
          sending.refused.value = undefined;
          sending.problem.value = t('Choose another bed, or discharge the patient in this bed first.');
        }}
      />
      <ChangedMeanwhile refused={sending.refused.value} onInsist={move} />
      <FormEnd sending={sending} save={t('Move')} isDirty={isDirty} onCancel={onCancel} />
    </form>
  );
}
