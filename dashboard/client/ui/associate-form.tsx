/** Puts a device to a bed, with a patient where one may admit; ends what it was associated with. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { readAssociation } from '../core/association-input.ts';
import { useApp } from '../shell/app.ts';
import type { DeviceRow } from './devices-page.tsx';

const endsStay = 'A patient is admitted here. Tick the box if the patient’s time at this device is over.';

type Props = { row: DeviceRow; onDone: (text: string) => void; onCancel: () => void };

export function AssociateForm({ row, onDone, onCancel }: Props) {
  const app = useApp();
  const { device, current, version } = row;
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), [device.deviceId]);
  const mayAdmit = app.may('admit-patient');
  const confirmed = useSignal(false);
  const present = current ? app.screen.value?.beds.get(current.associationId)?.patient : undefined;
  const wards = app.session.value?.wards.filter((ward) => ward !== '*') ?? [];

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const read = readAssociation((name) => String(data.get(name) ?? ''), version, mayAdmit);
    if (!read.ok) {
      problem.value = read.message;
      return;
    }
    if (current?.occupied && read.body.patient === null && !confirmed.value) {
      problem.value = endsStay;
      return;
    }
    busy.value = true;
    const answer = await app.api.associate(device.deviceId, read.body);
    busy.value = false;
    if (answer.ok) onDone(`${device.deviceId} now stands at ${read.body.ward} ${read.body.bed}.`);
    else problem.value = answer.message;
  }

  async function end() {
    if (!current) return;
    if (current.occupied && !confirmed.value) {
      problem.value = endsStay;
      return;
    }
    busy.value = true;
    const answer = await app.api.endAssociation(device.deviceId, current.associationId);
    busy.value = false;
    if (answer.ok) onDone(`${device.deviceId} has no bed now.`);
    else problem.value = answer.message;
  }

  return (
    <form
      class="panel form"
      onSubmit={submit}
      noValidate
      aria-labelledby="associate-title"
      data-testid="associate-form"
    >
      <h2 id="associate-title">
        {device.deviceId}: {current?.bed ? `now ${current.ward} ${current.bed}` : 'no bed'}
      </h2>
      <div class="form__row">
        <label class="field">
          <span>Ward</span>
          <input
            ref={first}
            name="ward"
            list="associate-wards"
            required
            maxLength={40}
            defaultValue={current?.ward ?? ''}
          />
          <datalist id="associate-wards">
            {wards.map((ward) => (
              <option key={ward} value={ward} />
            ))}
          </datalist>
        </label>
        <label class="field">
          <span>Bed</span>
          <input name="bed" required maxLength={40} defaultValue={current?.bed ?? ''} />
        </label>
      </div>
      {mayAdmit ? (
        <fieldset class="form__group">
          <legend>Patient (leave all empty for none)</legend>
          <div class="form__row">
            <label class="field">
              <span>Patient id</span>
              <input name="patientId" maxLength={64} defaultValue={present?.patientId ?? ''} />
            </label>
            <label class="field">
              <span>Family name</span>
              <input name="familyName" maxLength={80} defaultValue={present?.familyName ?? ''} />
            </label>
            <label class="field">
              <span>Given name</span>
              <input name="givenName" maxLength={80} defaultValue={present?.givenName ?? ''} />
            </label>
            <label class="field">
              <span>Born</span>
              <input name="birthDate" placeholder="YYYY-MM-DD" maxLength={10} defaultValue={present?.birthDate ?? ''} />
            </label>
            <label class="field">
              <span>Sex</span>
              <select name="sex" defaultValue={present?.sex ?? 'unknown'}>
                <option value="unknown">unknown</option>
                <option value="female">female</option>
                <option value="male">male</option>
                <option value="other">other</option>
              </select>
            </label>
            <label class="field">
              <span>Category</span>
              <select name="category" defaultValue={present?.category ?? 'adult'}>
                <option value="adult">adult</option>
                <option value="paediatric">paediatric</option>
                <option value="neonatal">neonatal</option>
              </select>
            </label>
          </div>
        </fieldset>
      ) : (
        <p class="dim">Admitting a patient is a nurse’s task. This puts the device to a bed without one.</p>
      )}
      {current?.occupied && (
        <label class="field field--inline">
          <input
            type="checkbox"
            data-testid="associate-confirm"
            checked={confirmed.value}
            onChange={(event) => {
              confirmed.value = event.currentTarget.checked;
            }}
          />
          <span>The patient’s time at this device is over</span>
        </label>
      )}
      <p class="form__problem" role="alert" data-testid="associate-error">
        {problem.value}
      </p>
      <div class="form__buttons">
        <button class="button button--primary" type="submit" disabled={busy.value} data-testid="associate-save">
          {busy.value ? 'Saving …' : 'Save'}
        </button>
        {current?.bed && (
          <button
            class="button"
            type="button"
            disabled={busy.value}
            data-testid="associate-end"
            onClick={() => void end()}
          >
            Take away from {current.bed}
          </button>
        )}
        <button class="button" type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
