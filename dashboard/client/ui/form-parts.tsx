/**
 * What the forms of a device share: sending once, the refusal with who changed what, and the question whose device it
 * is.
 */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Associated, AssociationRefused, Devices } from '../../protocol/devices.ts';
import { changeText, contradictionTexts, type PatientDraft } from '../core/association-input.ts';
import { patientName } from '../core/numerics.ts';
import { whenText } from '../core/times.ts';
import type { Answer } from '../shell/api.ts';
import { useApp } from '../shell/app.ts';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

type Listed = Devices['devices'][number];
/** `version` is null for a device that is not in this account's list. */
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
  /** The 404: the stay of this form has ended or left the wards of this account, so nothing can be saved any more. */
  readonly over: Signal<Pick<AssociationRefused, 'changes'> | undefined>;
  send(ask: () => Promise<Answer<Associated>>, doneText: string): Promise<void>;
};

export function useSending(onDone: (text: string) => void): Sending {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<AssociationRefused | undefined>(undefined);
  const over = useSignal<Pick<AssociationRefused, 'changes'> | undefined>(undefined);
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
    if (answer.status === 404) over.value = (answer.body as AssociationRefused | undefined) ?? {};
  }
  return { busy, problem, refused, over, send };
}

/**
 * Shows what was done since the form was filled, and offers to go on all the same. Nothing is sent before the person
 * chooses.
 */
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

/**
 * One bed, one patient: asks whether the device is at the patient who is in the bed. If another patient was typed, it
 * names the contradiction and offers no "Yes": that would drop the typed patient and assign the device to the other
 * one.
 */
export function WhosePatient(props: {
  deviceId: string;
  refused: AssociationRefused | undefined;
  /** The text in the patient's fields; absent in a form that has none. */
  typed?: PatientDraft;
  onSame: (associationId: string) => void;
  onOther: () => void;
}) {
  const { deviceId, refused } = props;
  const there = refused?.occupiedBy;
  if (!there) return null;
  const against = props.typed ? contradictionTexts(props.typed, there.patient) : [];
  const born = there.patient.birthDate ? `, born ${there.patient.birthDate}` : '';
  return (
    <div class="form__group" data-testid="associate-whose">
      <p>
        In this bed, at {there.deviceId}: <strong>{patientName(there.patient)}</strong>
        {born}. {against.length === 0 && `Is ${deviceId} at the same patient?`}
      </p>
      {against.length > 0 && <Contradiction texts={against} />}
      <div class="form__buttons">
        {against.length === 0 && (
          <button
            class="button button--primary"
            type="button"
            data-testid="associate-same"
            onClick={() => props.onSame(there.associationId)}
          >
            Yes, {deviceId} is at this patient
          </button>
        )}
        <button class="button" type="button" data-testid="associate-other" onClick={props.onOther}>
          {against.length === 0 ? 'No' : 'It is another patient'}
        </button>
      </div>
    </div>
  );
}

function Contradiction({ texts }: { texts: readonly string[] }) {
  return (
    <div class="form__problem" role="alert" data-testid="associate-contradiction">
      <p>You entered other data than those of the patient in this bed. Nothing was saved.</p>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p>
        Another patient: choose another bed, or discharge the patient in this one first. The patient in this bed: empty
        the fields that you filled.
      </p>
    </div>
  );
}

export function FormEnd(props: {
  sending: Sending;
  save?: string;
  /** Whether the form holds text that was typed and not saved. */
  isDirty?: boolean;
  onCancel: () => void;
  children?: ComponentChildren;
}) {
  const app = useApp();
  const { busy, problem, over } = props.sending;
  const isOver = over.value !== undefined;
  useUnsaved(props.isDirty === true && !isOver);
  return (
    <>
      <UnsavedQuestion />
      <FormProblem text={problem.value} testId="associate-error" />
      {over.value?.changes?.map((change) => (
        <p key={change.version} class="form__problem" role="alert" data-testid="associate-over">
          {changeText(change)} ({whenText(Date.parse(change.at), app.now.value)})
        </p>
      ))}
      <div class="form__buttons">
        {props.save && !isOver && (
          <button class="button button--primary" type="submit" disabled={busy.value} data-testid="associate-save">
            {busy.value ? 'Saving …' : props.save}
          </button>
        )}
        {!isOver && props.children}
        <button class="button" type="button" onClick={props.onCancel}>
          {isOver ? 'Close' : 'Cancel'}
        </button>
      </div>
    </>
  );
}
