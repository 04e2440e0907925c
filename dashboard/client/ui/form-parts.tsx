/**
 * Parts of the forms of a device: sending a request, the list of changes after a conflict, and the question whether the
 * device is at the patient in the bed.
 */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Associated, AssociationRefused, Devices } from '../../protocol/devices.ts';
import { changeText, contradictionTexts, type PatientDraft } from '../core/association-input.ts';
import { patientName } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

type ListedDevice = Devices['devices'][number];
/** `version` is null for a device that is not in this account's list. */
export type FormRow = Omit<ListedDevice, 'version' | 'device' | 'facts'> & {
  readonly device: Pick<ListedDevice['device'], 'deviceId'>;
  readonly version: number | null;
};
export type FormProps = { row: FormRow; onDone: (text: string) => void; onCancel: () => void };

export type Sending = {
  readonly busy: Signal<boolean>;
  readonly problem: Signal<string | undefined>;
  /** The body of the last answer with status 409. */
  readonly refused: Signal<AssociationRefused | undefined>;
  /**
   * Set after status 404: the stay has ended, or the account may not see the ward of the stay. Then the form cannot be
   * saved.
   */
  readonly overwritten: Signal<Pick<AssociationRefused, 'changes'> | undefined>;
  send(ask: () => Promise<Answer<Associated>>, doneText: string): Promise<void>;
};

export function useSending(onDone: (text: string) => void): Sending {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<AssociationRefused | undefined>(undefined);
  const overwritten = useSignal<Pick<AssociationRefused, 'changes'> | undefined>(undefined);
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
    if (answer.status === 404) overwritten.value = (answer.body as AssociationRefused | undefined) ?? {};
  }
  return { busy, problem, refused, overwritten, send };
}

/**
 * Shows what somebody has changed since the form was opened, and a button that saves this form in spite of the changes.
 */
export function ChangedMeanwhile(props: {
  refused: AssociationRefused | undefined;
  onInsist: (version: number) => void;
}) {
  const app = useApp();
  const { changes, version } = props.refused ?? {};
  if (version === undefined) return null;
  return (
    <div class="form__group" data-testid="associate-conflict">
      {changes?.length === 0 && <p>{t('The changes are not recorded.')}</p>}
      <ul>
        {changes?.map((change) => (
          <li key={`${change.version}`}>
            {changeText(change)} ({whenText(Date.parse(change.at), app.now.value)})
          </li>
        ))}
      </ul>
      <button class="button" type="button" data-testid="associate-insist" onClick={() => props.onInsist(version)}>
        {t('I have seen this. Save my change')}
      </button>
    </div>
  );
}

/**
 * Asks whether the device is at the patient in the bed, because a bed can have only one patient. "Yes" assigns the
 * device to this patient and drops the typed patient. If the typed data contradict this patient, the question shows the
 * contradictions and has no button "Yes".
 */
export function SamePatientQuestion(props: {
  deviceId: string;
  refused: AssociationRefused | undefined;
  /** The texts in the patient's fields; absent in a form without such fields. */
  typed?: PatientDraft;
  onSame: (associationId: string) => void;
  onOther: () => void;
}) {
  const { deviceId, refused } = props;
  const occupant = refused?.occupiedBy;
  if (!occupant) return null;
  const contradictions = props.typed ? contradictionTexts(props.typed, occupant.patient) : [];
  const birthText = occupant.patient.birthDate
    ? t(', born {birthDate}', { birthDate: occupant.patient.birthDate })
    : '';
  return (
    <div class="form__group" data-testid="associate-whose">
      <p>
        {t('In this bed, at {deviceId}:', { deviceId: occupant.deviceId })}{' '}
        <strong>{patientName(occupant.patient)}</strong>
        {birthText}. {contradictions.length === 0 && t('Is {deviceId} at the same patient?', { deviceId })}
      </p>
      {contradictions.length > 0 && <Contradiction texts={contradictions} />}
      <div class="form__buttons">
        {contradictions.length === 0 && (
          <button
            class="button button--primary"
            type="button"
            data-testid="associate-same"
            onClick={() => props.onSame(occupant.associationId)}
          >
            {t('Yes, {deviceId} is at this patient', { deviceId })}
          </button>
        )}
        <button class="button" type="button" data-testid="associate-other" onClick={props.onOther}>
          {contradictions.length === 0 ? t('No') : t('It is another patient')}
        </button>
      </div>
    </div>
  );
}

function Contradiction({ texts }: { texts: readonly string[] }) {
  return (
    <div class="form__problem" role="alert" data-testid="associate-contradiction">
      <p>{t('Your entries do not match the patient in this bed. Nothing was saved.')}</p>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p>
        {t(
          'If it is another patient, choose another bed, or discharge the patient in this bed first. If it is this patient, clear your entries.',
        )}
      </p>
    </div>
  );
}

export function FormEnd(props: {
  sending: Sending;
  save?: string;
  /** Whether the form has text that was typed and not saved. */
  isDirty?: boolean;
  onCancel: () => void;
  children?: ComponentChildren;
}) {
  const app = useApp();
  const { busy, problem, overwritten } = props.sending;
  const isOver = overwritten.value !== undefined;
  useUnsaved(props.isDirty === true && !isOver);
  return (
    <>
      <UnsavedQuestion />
      <FormProblem text={problem.value} testId="associate-error" />
      {overwritten.value?.changes?.map((change) => (
        <p key={change.version} class="form__problem" role="alert" data-testid="associate-over">
          {changeText(change)} ({whenText(Date.parse(change.at), app.now.value)})
        </p>
      ))}
      <div class="form__buttons">
        {props.save && !isOver && (
          <button class="button button--primary" type="submit" disabled={busy.value} data-testid="associate-save">
            {busy.value ? t('Saving …') : props.save}
          </button>
        )}
        {!isOver && props.children}
        <button class="button" type="button" onClick={props.onCancel}>
          {isOver ? t('Close') : t('Cancel')}
        </button>
      </div>
    </>
  );
}
