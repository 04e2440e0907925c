/** What the forms of a device share: sending once, the refusal with who changed what, and the question whose device it is. */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Associated, AssociationRefused, Devices } from '../../protocol-devices.ts';
import { changeText } from '../core/association-input.ts';
import { patientName } from '../core/numerics.ts';
import { whenText } from '../core/times.ts';
import type { Answer } from '../shell/api.ts';
import { useApp } from '../shell/app.ts';

type Listed = Devices['devices'][number];
/** `version` is null for a device that is on no list of this account. */
export type FormRow = Omit<Listed, 'version' | 'device'> & {
  readonly device: Pick<Listed['device'], 'deviceId'>;
  readonly version: number | null;
};
export type FormProps = { row: FormRow; onDone: (text: string) => void; onCancel: () => void };

export type Sending = {
  readonly busy: Signal<boolean>;
  readonly problem: Signal<string | undefined>;
  /** The body of the last 409. */
  readonly refused: Signal<AssociationRefused | undefined>;
  send(ask: () => Promise<Answer<Associated>>, doneText: string): Promise<void>;
};

export function useSending(onDone: (text: string) => void): Sending {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<AssociationRefused | undefined>(undefined);
  async function send(ask: () => Promise<Answer<Associated>>, doneText: string) {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = undefined;
    refused.value = undefined;
    const answer = await ask();
    busy.value = false;
    if (answer.ok) return onDone(doneText);
    problem.value = answer.message;
    if (answer.status === 409) refused.value = answer.body as AssociationRefused;
  }
  return { busy, problem, refused, send };
}

/** What was done since the form was filled, and the choice to go on all the same. Nothing is sent before that choice. */
export function Meanwhile(props: { refused: AssociationRefused | undefined; onInsist: (version: number) => void }) {
  const app = useApp();
  const { changes, version } = props.refused ?? {};
  if (version === undefined) return null;
  return (
    <div class="form__group" data-testid="associate-conflict">
      {changes?.length === 0 && <p>What was changed is not on record.</p>}
      <ul>
        {changes?.map((change) => (
          <li key={`${change.version}`}>
            {changeText(change)} ({whenText(Date.parse(change.at), app.now.value)})
          </li>
        ))}
      </ul>
      <button class="button" type="button" data-testid="associate-insist" onClick={() => props.onInsist(version)}>
        I have seen this. Save mine all the same
      </button>
    </div>
  );
}

/** One bed, one patient: asks whether the device is the patient's who is in the bed. */
export function WhosePatient(props: {
  deviceId: string;
  refused: AssociationRefused | undefined;
  onSame: (associationId: string) => void;
  onOther: () => void;
}) {
  const { deviceId, refused } = props;
  const there = refused?.occupiedBy;
  if (!there) return null;
  const born = there.patient.birthDate ? `, born ${there.patient.birthDate}` : '';
  return (
    <div class="form__group" data-testid="associate-whose">
      <p>
        In this bed, at {there.deviceId}: <strong>{patientName(there.patient)}</strong>
        {born}. Is {deviceId} at the same patient?
      </p>
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="button"
          data-testid="associate-same"
          onClick={() => props.onSame(there.associationId)}
        >
          Yes, {deviceId} is at this patient
        </button>
        <button class="button" type="button" data-testid="associate-other" onClick={props.onOther}>
          No
        </button>
      </div>
    </div>
  );
}

export function FormEnd(props: {
  sending: Sending;
  save?: string;
  onCancel: () => void;
  children?: ComponentChildren;
}) {
  const { busy, problem } = props.sending;
  return (
    <>
      <p class="form__problem" role="alert" data-testid="associate-error">
        {problem.value}
      </p>
      <div class="form__buttons">
        {props.save && (
          <button class="button button--primary" type="submit" disabled={busy.value} data-testid="associate-save">
            {busy.value ? 'Saving …' : props.save}
          </button>
        )}
        {props.children}
        <button class="button" type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </>
  );
}
