/** The form that discharges a patient, or removes a device from its bed. */
import { useSignal } from '@preact/signals';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { Confirm } from './fields.tsx';
import { FormEnd, type FormProps, useSending } from './form-parts.tsx';

const confirmMessage = () =>
  t('A patient is admitted here. Tick the box if the patient’s time at this device is over.');

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
    if (current.occupied && !confirmed.value) sending.problem.value = confirmMessage();
    else void sending.send(() => app.api.endAssociation(deviceId, current.associationId, whole), done);
  }

  return (
    <form class="form" noValidate onSubmit={(event) => event.preventDefault()}>
      {current.occupied && (
        <Confirm
          text={t('The patient’s time at this device is over')}
          checked={confirmed.value}
          onChecked={(checked) => {
            confirmed.value = checked;
          }}
        />
      )}
      <OpenTasks occupied={current.occupied} openTasks={current.openTasks} />
      <p class="dim">
        {t('The device then has no bed and appears in the tray of {ward}.', { ward: current.ward ?? '' })}
      </p>
      <FormEnd sending={sending} onCancel={onCancel}>
        {current.occupied && (
          <button
            class="button button--primary"
            type="button"
            disabled={sending.busy.value}
            data-testid="associate-discharge"
            onClick={() => end('patient', t('The patient at {deviceId} is discharged.', { deviceId }))}
          >
            {t('Discharge the patient{part}', {
              part: others.length > 0 ? t(' (ends {others} too)', { others: others.join(', ') }) : '',
            })}
          </button>
        )}
        {(!current.occupied || others.length > 0) && (
          <button
            class="button"
            type="button"
            disabled={sending.busy.value}
            data-testid="associate-end"
            onClick={() => end('device', t('{deviceId} has no bed now.', { deviceId }))}
          >
            {t('Remove {deviceId} from {bed}', { deviceId, bed: current.bed ?? '' })}
          </button>
        )}
      </FormEnd>
    </form>
  );
}

/** Says how many open tasks end with the stay of the patient. */
function OpenTasks({ occupied, openTasks }: { occupied: boolean; openTasks: number | null }) {
  const app = useApp();
  if (!occupied || openTasks === 0 || !app.may('view-patients')) return null;
  return (
    <p class="notice notice--plain" data-testid="end-open-tasks">
      {openTasks === null
        ? t('The tasks cannot be read now. There may be some.')
        : t(
            '{n} open task ends with the stay: see the page of the patient.|{n} open tasks end with the stay: see the page of the patient.',
            { n: openTasks },
          )}
    </p>
  );
}
