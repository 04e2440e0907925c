/** The form that discharges a patient, or removes a device from its bed. */
import { useSignal } from '@preact/signals';
import { useApp } from '../shell/app.ts';
import { Confirm } from './fields.tsx';
import { FormEnd, type FormProps, useSending } from './form-parts.tsx';

const confirmMessage = 'A patient is admitted here. Tick the box if the patient’s time at this device is over.';

export function EndForm({ row, onDone, onCancel }: FormProps) {
  const app = useApp();
  const { device, current } = row;
  const { deviceId } = device;
  const confirmed = useSignal(false);
  const sending = useSending(onDone);
  if (!current) return null;
  const { others } = current;

  function end(whole: 'device' | 'patient', done: string) {
    if (!current) return;
    if (current.occupied && !confirmed.value) sending.problem.value = confirmMessage;
    else void sending.send(() => app.api.endAssociation(deviceId, current.associationId, whole), done);
  }

  return (
    <form class="form" noValidate onSubmit={(event) => event.preventDefault()}>
      {current.occupied && (
        <Confirm
          text="The patient’s time at this device is over"
          checked={confirmed.value}
          onChecked={(checked) => {
            confirmed.value = checked;
          }}
        />
      )}
      <p class="dim">The device then has no bed and appears in the tray of {current.ward}.</p>
      <FormEnd sending={sending} onCancel={onCancel}>
        {current.occupied && (
          <button
            class="button button--primary"
            type="button"
            disabled={sending.busy.value}
            data-testid="associate-discharge"
            onClick={() => end('patient', `The patient at ${deviceId} is discharged.`)}
          >
            Discharge the patient{others.length > 0 ? ` (ends ${others.join(', ')} too)` : ''}
          </button>
        )}
        {(!current.occupied || others.length > 0) && (
          <button
            class="button"
            type="button"
            disabled={sending.busy.value}
            data-testid="associate-end"
            onClick={() => end('device', `${deviceId} has no bed now.`)}
          >
            Remove {deviceId} from {current.bed}
          </button>
        )}
      </FormEnd>
    </form>
  );
}
