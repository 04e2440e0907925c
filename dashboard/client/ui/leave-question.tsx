/** The question before an assignment ends or a person goes away: who is responsible afterwards, and who is called then. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Board, LeaveOutcome, LeaveQuery } from '../../protocol/assignments.ts';
import { callText, isLeft, placeText } from '../core/leave-words.ts';
import type { Answer } from '../shell/api.ts';
import { useApp } from '../shell/app.ts';

const refreshMs = 3_000;

/** @param children the buttons; Escape does the same as "Cancel" */
export function LeaveQuestion(props: {
  title: string;
  board: Pick<Board, 'ward' | 'version'>;
  query: LeaveQuery;
  onCancel: () => void;
  children: ComponentChildren;
}) {
  const app = useApp();
  const answer = useSignal<Answer<LeaveOutcome> | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const { ward, version } = props.board;
  // Somebody else may change the board, or an alarm may call, while the question is open.
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
        {props.children}
        <button class="button" type="button" data-testid="leave-cancel" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}

function Outcome({ answer }: { answer: Answer<LeaveOutcome> | undefined }) {
  if (!answer) return <p class="dim">Looking up who is responsible then …</p>;
  if (!answer.ok)
    return (
      <p class="form__problem" data-testid="leave-unknown">
        {answer.message} This screen cannot say who is responsible then. The beds may have nobody.
      </p>
    );
  const { person, places, calls } = answer.data;
  return (
    <>
      {places.length === 0 && <p>After this, the same people are responsible as now.</p>}
      <ul class="board__outcome" data-testid="leave-places">
        {places.map((place) => (
          <li key={`${place.duty} ${place.bed ?? ''}`} class={isLeft(place) ? 'board__missing' : undefined}>
            {placeText(place)}
          </li>
        ))}
      </ul>
      {places.length > 0 && (
        <p class="dim">Does the next person have to know something? Write it as the note on the patient’s page.</p>
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
