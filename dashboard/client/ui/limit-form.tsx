/** The form that changes one group of a patient's limits. */
import { type Signal, useSignal } from '@preact/signals';
import type { GroupInForce, Limits, LimitsAsked } from '../../../contracts/messages/alarms.ts';
import type { Bed, LimitChange, LimitsRefused } from '../../protocol/rest.ts';
import {
  draftOfLimits,
  groupName,
  type LimitDraft,
  readChangedLimits,
  understoodText,
  widestUnderstoodText,
} from '../core/limit-input.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { LimitOff } from './limit-off.tsx';
import { LimitWhatIf } from './limit-what-if.tsx';
import { FormProblem, StillText } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

const fields = () =>
  [
    ['extremeLow', t('Extreme low')],
    ['low', t('Low')],
    ['high', t('High')],
    ['extremeHigh', t('Extreme high')],
  ] as const;

/**
 * The longest error text for limits in the wrong order (contracts/effective-limits.ts). The form reserves room for this
 * text.
 */
const widestRefusal = () => t('The extreme high limit 888.8 of BP systolic is not below the extreme high limit 888.8.');

type LimitFormProps = {
  bed: Bed;
  inForce: GroupInForce;
  onDone: () => void;
};

/**
 * Shows the patient's own limits and sends only changed limits. The ward's limit is only the placeholder of an empty
 * field, so it never becomes the patient's own limit by accident.
 */
export function LimitForm({ bed, inForce, onDone }: LimitFormProps) {
  const app = useApp();
  const { group, own, base: ward } = inForce;
  /** Time of the last change that the person has seen. */
  const seenAt = useSignal(inForce.changed?.at ?? null);
  const draft = useSignal(draftOfLimits(own));
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<LimitChange | undefined>(undefined);
  const busy = useSignal(false);
  const initialDraft = useSignal(draft.peek());
  const form = useUnsaved(fields().some(([name]) => draft.value[name].trim() !== initialDraft.value[name]));

  async function send(limits: LimitsAsked | null) {
    if (busy.peek()) return;
    busy.value = true;
    const answer = await app.api.setLimits(bed.associationId, { group, limits, seenAt: seenAt.value });
    problem.value = answer.ok ? await app.answers.refusalOfCommand(answer.data.commandId) : answer.message;
    busy.value = false;
    if (problem.value === undefined) return onDone();
    if (!answer.ok && answer.status === 409) refused.value = (answer.body as LimitsRefused).current;
  }

  /** Clears a refusal of former entries. The text about a change by another person stays. */
  function clearProblem() {
    if (refused.value === undefined) problem.value = undefined;
  }

  /** Notes that the person has seen the change by another person, so that the next request overwrites this change. */
  function acceptChange() {
    seenAt.value = refused.value?.at ?? seenAt.value;
    refused.value = undefined;
  }

  function save() {
    const read = readChangedLimits(group, draft.value, own);
    if (read.ok) void send(read.limits);
    else problem.value = read.message;
  }

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      noValidate
      aria-labelledby="limit-title"
      data-testid="limit-form"
    >
      <h2 id="limit-title">{t('Limits of {group} for this patient', { group: groupName(group) })}</h2>
      <LimitFields draft={draft} ward={ward} onEdit={clearProblem} />
      <StillText
        text={understoodText(draft.value)}
        role="status"
        testId="limit-understood"
        widest={[widestUnderstoodText()]}
      />
      <LimitWhatIf associationId={bed.associationId} inForce={inForce} draft={draft.value} problem={problem.value} />
      <p class="dim">{t('Empty: the ward’s limit. Your change is recorded with your name.')}</p>
      <UnsavedQuestion form={form} />
      <FormProblem text={problem.value} id="limit-problem" testId="limit-problem" widest={[widestRefusal()]} />
      <LimitButtons
        refused={refused.value !== undefined}
        hasOwn={own !== undefined}
        busy={busy.value}
        onInsist={() => {
          acceptChange();
          save();
        }}
        onWards={() => void send(null)}
        onCancel={onDone}
      />
      <LimitOff
        off={inForce.off}
        busy={busy.value}
        onAsk={(asked) => {
          acceptChange();
          void send(asked);
        }}
        onEdit={clearProblem}
      />
    </form>
  );
}

/** The four fields. In an empty field, the ward's limit is visible and applies. */
function LimitFields({ draft, ward, onEdit }: { draft: Signal<LimitDraft>; ward: Limits; onEdit: () => void }) {
  return (
    <div class="form__row form__row--numbers">
      {fields().map(([name, text]) => (
        <label key={name} class="field">
          <span>{text}</span>
          <input
            name={name}
            inputMode="decimal"
            value={draft.value[name]}
            placeholder={ward[name] === undefined ? '' : String(ward[name])}
            aria-describedby="limit-problem"
            onInput={(event) => {
              draft.value = { ...draft.value, [name]: event.currentTarget.value };
              onEdit();
            }}
          />
        </label>
      ))}
    </div>
  );
}

type LimitButtonsProps = {
  /** Whether the server refused the change because somebody else had changed the limits. */
  refused: boolean;
  hasOwn: boolean;
  busy: boolean;
  onInsist: () => void;
  onWards: () => void;
  onCancel: () => void;
};

function LimitButtons({ refused, hasOwn, busy, onInsist, onWards, onCancel }: LimitButtonsProps) {
  return (
    <div class="form__buttons">
      {refused ? (
        <button class="button" type="button" disabled={busy} data-testid="limit-insist" onClick={onInsist}>
          {t('I have seen this. Save my change')}
        </button>
      ) : (
        <button class="button button--primary" type="submit" disabled={busy} data-testid="limit-save">
          {t('Save')}
        </button>
      )}
      {hasOwn && (
        <button class="button" type="button" disabled={busy} onClick={onWards}>
          {t('Use ward’s limits')}
        </button>
      )}
      <button class="button" type="button" onClick={onCancel}>
        {t('Cancel')}
      </button>
    </div>
  );
}
