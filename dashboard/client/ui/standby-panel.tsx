/**
 * The panel that begins and ends a standby. During a standby the patient is away, and missing values raise no alarm. A
 * standby ends at its time, when values come, or when a person ends it.
 */
import { useSignal } from '@preact/signals';
import type { Bed } from '../../protocol/rest.ts';
import { standbyReasons, standbyText, standbyTimes } from '../core/standby-words.ts';
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
    <div class="standby">
      {standby === null ? (
        <BeginStandby bed={bed} />
      ) : (
        <RunningStandby bed={bed} text={standbyText(standby, app.now.value)} />
      )}
    </div>
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
      Standby: patient away
    </button>
  );
}

function RunningStandby({ bed, text }: { bed: Bed; text: string }) {
  const app = useApp();
  const { busy, problem, ask } = useCommand();
  return (
    <div class="form__buttons" data-testid="standby-runs">
      <span role="status">{text}</span>
      {app.may('standby') && (
        <button
          class="button"
          type="button"
          disabled={busy}
          data-testid="standby-end"
          onClick={() => void ask(() => app.api.endStandby(bed.associationId))}
        >
          End standby
        </button>
      )}
      <p class="form__problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

function StandbyForm({ bed, onDone }: { bed: Bed; onDone: () => void }) {
  const app = useApp();
  const reason = useSignal('');
  const minutes = useSignal('30');
  const { busy, problem, ask, clearProblem } = useCommand();
  const trimmedReason = reason.value.trim();
  useUnsaved(trimmedReason !== '');
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
      aria-label="Standby"
      data-testid="standby-form"
    >
      <div class="form__buttons">
        {standbyReasons.map((name) => (
          <button
            key={name}
            class="button button--small"
            type="button"
            aria-pressed={trimmedReason === name}
            onClick={() => {
              reason.value = name;
              clearProblem();
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="form__row">
        <ReasonFor
          names={{ reason: 'standbyReason', time: 'standbyMinutes' }}
          label="Why the patient is away"
          maxLength={80}
          reason={reason}
          time={minutes}
          times={standbyTimes}
          onEdit={clearProblem}
        />
      </div>
      <p class="dim">Standby ends by itself when values come, but not in its first minute.</p>
      <UnsavedQuestion />
      <FormProblem text={problem} testId="standby-problem" />
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="submit"
          disabled={busy || trimmedReason === ''}
          data-testid="standby-begin"
        >
          Begin standby
        </button>
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** Returns `ask`, which sends a command, waits for the alarm processor's answer, and returns whether it was accepted. */
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
