/** The assignment board of a ward: who is responsible for which beds, now and in the next shift. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Board, BoardRefused } from '../../protocol/assignments.ts';
import { boardChangeText } from '../core/duty-words.ts';
import { boardWard } from '../core/routes.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { AssignmentForms } from './assignment-forms.tsx';
import { AssignmentTable } from './assignment-table.tsx';
import type { Proposal, SendChange, Undo } from './board-state.ts';
import { ChoiceField } from './fields.tsx';
import { HandOver } from './hand-over.tsx';
import { WardReachPart, WhoWouldBeCalled } from './ward-reach.tsx';

const refreshMs = 3_000;
/** A board is old if the server has not answered for this time: two refreshes were missed. */
const oldMs = 2 * refreshMs + 1_000;

/** Requests the board every few seconds. `board` is undefined until the server has answered. */
function useBoard(ward: string | undefined) {
  const app = useApp();
  const board = useSignal<Board | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<BoardRefused | undefined>(undefined);
  const done = useSignal<{ readonly text: string; readonly undo?: Undo | undefined } | undefined>(undefined);
  const busy = useSignal(false);
  /** When the server last answered, by this page's clock, ms. */
  const loadedAtMs = useSignal(0);

  async function load(): Promise<void> {
    if (ward === undefined) return;
    const answer = await app.api.board(ward);
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok) loadedAtMs.value = app.now.peek();
    if (answer.ok && (board.peek()?.version ?? -1) <= answer.data.version) board.value = answer.data;
  }
  useEffect(() => {
    board.value = undefined;
    // The button that takes back a change of another ward would change this ward.
    done.value = undefined;
    refused.value = undefined;
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => clearInterval(timer);
  }, [ward]);

  const send: SendChange = async (ask, doneText, undo) => {
    const shown = board.peek();
    if (busy.peek() || !shown) return false;
    busy.value = true;
    refused.value = undefined;
    done.value = undefined;
    const answer = await ask(shown.ward, shown.version);
    busy.value = false;
    if (answer.ok) done.value = { text: doneText, undo };
    else refused.value = (answer.body as BoardRefused | undefined) ?? { code: answer.code, message: answer.message };
    await load();
    app.waitingDuties.refresh();
    return answer.ok;
  };
  const isOld = board.value !== undefined && app.now.value - loadedAtMs.value > oldMs;
  return { board, problem, refused, done, busy, send, isOld };
}

export function AssignmentsPage() {
  const app = useApp();
  const { ward, wards } = useWardOfBoard();
  const { board, problem, refused, done, busy, send, isOld } = useBoard(ward);
  const shown = board.value?.ward === ward ? board.value : undefined;
  const proposal = useSignal<Proposal | undefined>(undefined);
  const undo = done.value?.undo;
  // The beds of another ward must not appear in the form.
  useEffect(() => {
    proposal.value = undefined;
  }, [ward]);
  const answer = useRef<HTMLDivElement>(null);
  // The pressed button may be far below; without this, the person would not see the answer.
  useEffect(() => {
    if (done.value !== undefined || refused.value) answer.current?.scrollIntoView({ block: 'nearest' });
  }, [done.value, refused.value]);
  const sendAndKeepFocus: SendChange = async (ask, doneText, undo) => {
    const isDone = await send(ask, doneText, undo);
    // The pressed button may have disappeared with its row. Without this, a person with a keyboard would start at the top of the page again.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) answer.current?.focus({ preventScroll: true });
    });
    return isDone;
  };
  const state = { send: sendAndKeepFocus, busy, proposal };
  return (
    <div class="ward">
      <main class="sheet board" id="main" tabIndex={-1} data-testid="assignments-page">
        <div class="sheet__head">
          <h1>Assignments{ward === undefined ? '' : ` · ${ward}`}</h1>
        </div>
        <div ref={answer} tabIndex={-1} class="board__answer">
          {done.value && (
            <span class="tag tag--good" role="status" data-testid="board-done">
              {done.value.text}
            </span>
          )}
          {undo && (
            <button
              class="button"
              type="button"
              aria-disabled={busy.value}
              data-testid="board-undo"
              onClick={() => void sendAndKeepFocus(undo.ask, undo.doneText)}
            >
              {undo.label}
            </button>
          )}
          {refused.value && <Refused refused={refused.value} />}
        </div>
        {shown && isOld && <OldBoard board={shown} />}
        {problem.value && (
          <p class="form__problem" role="alert" data-testid="board-error">
            {problem.value}
          </p>
        )}
        {(ward === undefined || wards.length > 1) && (
          <ChoiceField
            label="Board of ward"
            name="board-ward"
            value={ward ?? ''}
            options={[
              ...(ward === undefined ? [{ value: '', text: 'Choose a ward' }] : []),
              ...wards.map((name) => ({ value: name, text: name })),
            ]}
            onValue={(value) => app.go({ page: 'assignments', ward: value === '' ? undefined : value })}
          />
        )}
        {ward !== undefined && !shown && !problem.value && <p class="dim sheet__none">Loading …</p>}
        {shown && (
          <div class={`sheet__scroll board__scroll${isOld ? ' is-old' : ''}`}>
            {shown.entries.every((entry) => entry.isOver) && <EmptyBoard board={shown} />}
            <HandOver {...state} board={shown} />
            <AssignmentTable {...state} board={shown} />
            <AssignmentForms {...state} board={shown} />
            {app.delivery.isOffered.value && (
              <>
                <WardReachPart ward={shown.ward} />
                <WhoWouldBeCalled key={shown.ward} ward={shown.ward} beds={shown.beds} />
              </>
            )}
          </div>
        )}
      </main>
      <AlarmPanel />
    </div>
  );
}

/**
 * Returns the ward of the board and the wards of the person. The board never changes `app.ward`, because this would
 * hide the alarms of other wards.
 */
function useWardOfBoard(): { readonly ward: string | undefined; readonly wards: readonly string[] } {
  const app = useApp();
  const wards = useSignal<readonly string[]>([]);
  useEffect(() => {
    void app.api.places().then((answer) => {
      if (answer.ok) wards.value = answer.data.wards.map(({ ward }) => ward);
    });
  }, [app.session.value?.actor.userId]);
  const route = app.route.value;
  const asked = route.page === 'assignments' ? route.ward : undefined;
  return { ward: boardWard(asked, app.ward.value, wards.value), wards: wards.value };
}

/** Shows the age of the board, because an old board may name people who have gone. */
function OldBoard({ board }: { board: Board }) {
  const app = useApp();
  return (
    <p class="form__problem" role="alert" data-testid="board-old">
      Board of {whenText(Date.parse(board.at), app.now.value)}: this screen cannot refresh it. Somebody may have changed
      it since.
    </p>
  );
}

function EmptyBoard({ board }: { board: Board }) {
  const isUnused = board.version === 0;
  return (
    <div class="form__group" data-testid="board-empty">
      <p>
        <strong>Nobody is assigned.</strong>{' '}
        {isUnused
          ? 'Until somebody uses this board, Vigil does not say that a bed has no nurse.'
          : 'Every bed with a patient shows that it has no nurse.'}
      </p>
      <p>
        A nurse takes the duty of charge nurse, and then assigns the beds below. Or take your own beds: choose yourself
        under “Assign”.
      </p>
    </div>
  );
}

function Refused({ refused }: { refused: BoardRefused }) {
  const app = useApp();
  return (
    <div class="form__problem board__refused" role="alert" data-testid="board-refused">
      <p>{refused.message}</p>
      <ul>
        {refused.changes?.map((change) => (
          <li key={change.version}>{boardChangeText(change, app.now.value)}</li>
        ))}
        {refused.faults?.map(({ line, message }) => (
          <li key={line}>
            Line {line}: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
