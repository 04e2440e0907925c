/**
 * The panel that begins and ends a standby. During a standby the patient is away, and missing values raise no alarm. A
 * standby ends at its time, when values come, or when a person ends it.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Bed } from '../../protocol/rest.ts';
import { standbyReasons, standbyText, standbyTimes } from '../core/standby-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ReasonFor } from './reason-for.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

export function StandbyPanel({ bed }: { bed: Bed }) {
  const app = useApp();
  const { standby } = bed;
  const mayBegin = app.may('standby') && bed.patient !== null;
  if (standby === null && !mayBegin) return null;
  return (
    <section class="panel standby" aria-label={t('Standby')}>
      {standby === null ? (
        <BeginStandby bed={bed} />
      ) : (
        <RunningStandby bed={bed} text={standbyText(standby, app.now.value)} />
      )}
    </section>
  );
}

function BeginStandby({ bed }: { bed: Bed }) {
  const isOpen = useSignal(false);
  if (isOpen.value)
    return (
      <StandbyForm
        bed={bed}
        onDone={() => {
          isOpen.value = false;
        }}
      />
    );
  return (
    <button
      class="button button--small"
      type="button"
      data-testid="standby"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      {t('Standby: patient away')}
    </button>
  );
}

/** A running standby, with a button that changes the reason or the end, and a button that ends the standby now. */
function RunningStandby({ bed, text }: { bed: Bed; text: string }) {
  const app = useApp();
  const { busy, problem, ask } = useCommand();
  const isOpen = useSignal(false);
  if (isOpen.value)
    return (
      <>
        <p role="status">{text}</p>
        <StandbyForm
          bed={bed}
          onDone={() => {
            isOpen.value = false;
          }}
        />
      </>
    );
  return (
    <div class="form__buttons" data-testid="standby-runs">
      <span role="status">{text}</span>
      {app.may('standby') && bed.patient !== null && (
        <button
          class="button"
          type="button"
          disabled={busy}
          data-testid="standby-change"
          onClick={() => {
            isOpen.value = true;
          }}
        >
          {t('Change standby')}
        </button>
      )}
      {app.may('standby') && (
        <button
          class="button"
          type="button"
          disabled={busy}
          data-testid="standby-end"
          onClick={() => void ask(() => app.api.endStandby(bed.associationId))}
        >
          {t('End standby')}
        </button>
      )}
      <p class="form__problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

/**
 * The form of a standby. If a standby is running, the form shows its reason, and the new standby replaces the running
 * standby.
 */
function StandbyForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const formerReason = useRef(bed.standby?.reason ?? '').current;
  const reason = useSignal(formerReason);
  const minutes = useSignal('30');
  const { busy, problem, ask, clearProblem } = useCommand();
  const trimmedReason = reason.value.trim();
  const form = useUnsaved(trimmedReason !== formerReason);
  const begin = async () => {
    const forMs = Number(minutes.value) * 60_000;
    if (await ask(() => app.api.standby(bed.associationId, { reason: trimmedReason, forMs }))) onDone();
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && trimmedReason !== '') void begin();
      }}
      noValidate
      aria-label={t('Standby')}
      data-testid="standby-form"
    >
      <div class="form__buttons">
        {standbyReasons.map((name) => (
          <button
            key={name}
            class="button button--small"
            type="button"
            aria-pressed={trimmedReason === t(name)}
            onClick={() => {
              reason.value = t(name);
              clearProblem();
            }}
          >
            {t(name)}
          </button>
        ))}
      </div>
      <div class="form__row">
        <ReasonFor
          names={{ reason: 'standbyReason', time: 'standbyMinutes' }}
          label={t('Why the patient is away')}
          maxLength={80}
          reason={reason}
          time={minutes}
          times={standbyTimes}
          onEdit={clearProblem}
        />
      </div>
      <p class="dim">
        {t('Standby ends by itself when the patient’s values have come for 10 s, but not in its first minute.')}
      </p>
      {bed.standby !== null && (
        <p class="dim">{t('The time counts from now. The new standby replaces the one that runs.')}</p>
      )}
      <UnsavedQuestion form={form} />
      <FormProblem text={problem} testId="standby-problem" />
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="submit"
          disabled={busy || trimmedReason === ''}
          data-testid="standby-begin"
        >
          {bed.standby === null ? t('Begin standby') : t('Change standby')}
        </button>
        <button class="button" type="button" onClick={onDone}>
          {t('Cancel')}
        </button>
      </div>
    </form>
  );
}

/**
 * Returns `ask`, which sends a command and waits for the alarm processor's answer. `ask` returns whether the alarm
 * processor accepted the command.
 */
function useCommand() {
  const app = useApp();
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function ask(send: () => ReturnType<typeof app.api.endStandby>): Promise<boolean> {
    if (busy.peek()) return false;
    busy.value = true;
    const answer = await send();
    problem.value = answer.ok ? await app.answers.refusalOfCommand(answer.data.commandId) : answer.message;
    busy.value = false;
    return problem.value === undefined;
  }
  function clearProblem() {
    problem.value = undefined;
  }
  return { busy: busy.value, problem: problem.value, ask, clearProblem };
}
