/**
 * The question before an assignment ends or a person goes away. It shows who will then be responsible, and who will be
 * called.
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { leftKey } from '../../../contracts/left-key.ts';
import type { Board, LeaveOutcome, LeaveQuery } from '../../protocol/assignments.ts';
import { callText, isLeft, placeText } from '../core/leave-words.ts';
import { t } from '../core/texts.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';

const refreshMs = 3_000;

/**
 * @param children returns the buttons. `leaves` are the shown places for which nobody will be responsible. Escape works
 * like "Cancel".
 */
export function LeaveQuestion(props: {
  title: string;
  board: Pick<Board, 'ward' | 'version'>;
  query: LeaveQuery;
  onCancel: () => void;
  children: (leaves: readonly string[]) => ComponentChildren;
}) {
  const app = useApp();
  const answer = useSignal<Answer<LeaveOutcome> | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const { ward, version } = props.board;
  // Asks the server again and again, because somebody else may change the board meanwhile, or an alarm may call.
  useEffect(() => {
    let isOpen = true;
    const load = async () => {
      const next = await app.api.leaveOutcome(ward, props.query);
      if (isOpen) answer.value = next;
    };
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [ward, version]);
  return (
    <div
      ref={box}
      tabIndex={-1}
      class="form__group board__question"
      role="alertdialog"
      aria-labelledby="leave-title"
      aria-describedby="leave-outcome"
      data-testid="leave-question"
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onCancel();
      }}
    >
      <h2 id="leave-title">{props.title}</h2>
      <div id="leave-outcome">
        <Outcome answer={answer.value} />
      </div>
      <div class="form__buttons">
        {props.children(answer.value?.ok ? answer.value.data.places.filter(isLeft).map(leftKey) : [])}
        <button class="button" type="button" data-testid="leave-cancel" onClick={props.onCancel}>
          {t('Cancel')}
        </button>
      </div>
    </div>
  );
}

function Outcome({ answer }: { answer: Answer<LeaveOutcome> | undefined }) {
  const app = useApp();
  if (!answer) return <p class="dim">{t('Looking up who is responsible then …')}</p>;
  if (!answer.ok)
    return (
      <p class="form__problem" data-testid="leave-unknown">
        {t('{message} This screen cannot say who is responsible then. The beds may have nobody.', {
          message: answer.message,
        })}
      </p>
    );
  const { person, places, calls } = answer.data;
  const now = app.now.value;
  return (
    <>
      {places.length === 0 && <p>{t('After this, the same people are responsible as now.')}</p>}
      <ul class="board__outcome" data-testid="leave-places">
        {places.map((place) => (
          <li
            key={`${place.duty} ${place.bed ?? ''}`}
            class={isLeft(place) || place.nobodyFrom !== undefined ? 'board__missing' : undefined}
          >
            {placeText(place, now)}
          </li>
        ))}
      </ul>
      {places.length > 0 && (
        <p class="dim">
          {t('Does the next person have to know something? Write it as the note on the patient’s page.')}
        </p>
      )}
      {calls.length > 0 && (
        <ul class="board__outcome" data-testid="leave-calls">
          {calls.map((call) => (
            <li key={`${call.bed} ${call.text}`}>{callText(call, person)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
