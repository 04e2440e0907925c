/** The assignment board of a ward: who is responsible for which beds, now and in the next shift. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { leftKey } from '../../../contracts/left-key.ts';
import type { Board, BoardRefused } from '../../protocol/assignments.ts';
import { boardChangeText } from '../core/duty-words.ts';
import { placeText } from '../core/leave-words.ts';
import { boardWard, formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { AssignmentForms } from './assignment-forms.tsx';
import { AssignmentTable } from './assignment-table.tsx';
import type { Proposal, SendChange, Undo } from './board-state.ts';
import { CoverAsked } from './cover-asked.tsx';
import { ChoiceField } from './fields.tsx';
import { HandOver } from './hand-over.tsx';
import { ScrollBox } from './scroll-box.tsx';
import { WardReachPart, WhoWouldBeCalled } from './ward-reach.tsx';

const refreshMs = 3_000;
/** A board is old if the server has not answered for this time. Then two answers in a row are missing. */
const oldMs = 2 * refreshMs + 1_000;

/**
 * A change that the server did not save. `confirm` sends the change again, after the person has seen the places for
 * which nobody will be responsible.
 */
type Refusal = { readonly body: BoardRefused; readonly confirm: (() => Promise<boolean>) | undefined };

/** Requests the board every few seconds. `board` is undefined until the server has answered. */
function useBoard(ward: string | undefined) {
  const app = useApp();
  const board = useSignal<Board | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<Refusal | undefined>(undefined);
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
    // Removes the message with its button "undo". The button belongs to a change of the former ward, but would now
    // change this ward.
    done.value = undefined;
    refused.value = undefined;
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => clearInterval(timer);
  }, [ward]);

  /** Removes the answer to the last act, so that nobody reads it as the answer to the next act. */
  const clearAnswer = () => {
    refused.value = undefined;
    done.value = undefined;
  };
  const send: SendChange = async (ask, doneText, undo, leaves) => {
    const shown = board.peek();
    if (busy.peek() || !shown) return false;
    busy.value = true;
    clearAnswer();
    const answer = await ask(shown.ward, { version: shown.version, ...(leaves ? { leaves: [...leaves] } : {}) });
    busy.value = false;
    if (answer.ok) done.value = { text: doneText, undo };
    else {
      const body = (answer.body as BoardRefused | undefined) ?? { code: answer.code, message: answer.message };
      const { left } = body;
      refused.value = { body, confirm: left && (() => send(ask, doneText, undo, left.map(leftKey))) };
    }
    await load();
    app.waitingDuties.refresh();
    return answer.ok;
  };
  const isOld = board.value !== undefined && app.now.value - loadedAtMs.value > oldMs;
  return { board, problem, refused, done, busy, send, clearAnswer, isOld };
}

export function AssignmentsPage() {
  const app = useApp();
  const { ward, wards } = useWardOfBoard();
  const { board, problem, refused, done, busy, send, clearAnswer, isOld } = useBoard(ward);
  const shown = board.value?.ward === ward ? board.value : undefined;
  const proposal = useSignal<Proposal | undefined>(undefined);
  const undo = done.value?.undo;
  // The form must not show the beds of the former ward.
  useEffect(() => {
    proposal.value = undefined;
  }, [ward]);
  const answer = useRef<HTMLDivElement>(null);
  // Scrolls to the answer, because the pressed button may be far below the answer.
  useEffect(() => {
    if (done.value !== undefined || refused.value) answer.current?.scrollIntoView({ block: 'nearest' });
  }, [done.value, refused.value]);
  // If the pressed button has disappeared with its row, the answer gets the focus, and not the top of the page.
  const keepFocus = () =>
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) answer.current?.focus({ preventScroll: true });
    });
  const sendAndKeepFocus: SendChange = (...change) => send(...change).finally(keepFocus);
  const state = { send: sendAndKeepFocus, busy, proposal };
  return (
    <div class="ward">
      <main
        class="sheet board"
        id="main"
        tabIndex={-1}
        data-testid="assignments-page"
        onClickCapture={(event) => {
          const pressed = (event.target as Element).closest('button');
          if (pressed && !answer.current?.contains(pressed)) clearAnswer();
        }}
      >
        <div class="sheet__head">
          <h1>{t('Assignments{part}', { part: ward === undefined ? '' : ` · ${ward}` })}</h1>
          {app.may('view-vitals') && (
            <a class="button button--small" href="#/wards" data-testid="to-wards">
              {t('Overview of wards')}
            </a>
          )}
          {ward !== undefined && app.may('view-patients') && (
            <a class="button button--small" href={formatRoute({ page: 'shift', ward })} data-testid="to-shift">
              {t('Summary of the shift')}
            </a>
          )}
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
          {refused.value && (
            <Refused
              refused={refused.value}
              busy={busy.value}
              onConfirm={() => void refused.peek()?.confirm?.().finally(keepFocus)}
              onCancel={() => {
                clearAnswer();
                keepFocus();
              }}
            />
          )}
        </div>
        {shown && isOld && <OldBoard board={shown} />}
        {problem.value && (
          <p class="form__problem" role="alert" data-testid="board-error">
            {problem.value}
          </p>
        )}
        {(ward === undefined || wards.length > 1) && (
          <ChoiceField
            label={t('Board of ward')}
            name="board-ward"
            value={ward ?? ''}
            options={[
              ...(ward === undefined ? [{ value: '', text: t('Choose a ward') }] : []),
              ...wards.map((name) => ({ value: name, text: name })),
            ]}
            onValue={(value) => app.go({ page: 'assignments', ward: value === '' ? undefined : value })}
          />
        )}
        {ward !== undefined && !shown && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
        {shown && (
          <ScrollBox label={t('Board')} class={`board__scroll${isOld ? ' is-old' : ''}`}>
            {shown.entries.every((entry) => entry.isOver) && <EmptyBoard board={shown} />}
            <CoverAsked {...state} board={shown} />
            <HandOver {...state} board={shown} />
            <AssignmentTable {...state} board={shown} />
            <AssignmentForms {...state} board={shown} />
            {app.delivery.isOffered.value && (
              <>
                <WardReachPart ward={shown.ward} />
                <WhoWouldBeCalled key={shown.ward} ward={shown.ward} beds={shown.beds} />
              </>
            )}
          </ScrollBox>
        )}
      </main>
      <AlarmPanel />
    </div>
  );
}

/**
 * Returns the ward of the board and the wards of the person. The board never changes `app.ward`, because this change
 * would hide alarms of other wards.
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
      {t('Board of {when}: this screen cannot refresh it. Somebody may have changed it since.', {
        when: whenText(Date.parse(board.at), app.now.value),
      })}
    </p>
  );
}

function EmptyBoard({ board }: { board: Board }) {
  const isUnused = board.version === 0;
  return (
    <div class="form__group" data-testid="board-empty">
      <p>
        <strong>{t('Nobody is assigned.')}</strong>{' '}
        {isUnused
          ? t('Until somebody uses this board, Vigil does not say that a bed has no nurse.')
          : t('Every bed with a patient shows that it has no nurse.')}
      </p>
      <p>
        {t(
          'A nurse takes the duty of charge nurse, and then assigns the beds below. Or take your own beds: choose yourself under “Assign”.',
        )}
      </p>
    </div>
  );
}

function Refused(props: { refused: Refusal; busy: boolean; onConfirm: () => void; onCancel: () => void }) {
  const app = useApp();
  const { message, changes, faults, left } = props.refused.body;
  return (
    <div class="form__problem board__refused" role="alert" data-testid="board-refused">
      <p>{message}</p>
      <ul>
        {changes?.map((change) => (
          <li key={change.version}>{boardChangeText(change, app.now.value)}</li>
        ))}
        {faults?.map(({ line, message: fault }) => (
          <li key={line}>{t('Line {line}: {fault}', { line, fault })}</li>
        ))}
        {left?.map((place) => (
          <li key={leftKey(place)}>{placeText(place, app.now.value)}</li>
        ))}
      </ul>
      {left && (
        <div class="form__buttons">
          <button
            class="button"
            type="button"
            aria-disabled={props.busy}
            data-testid="left-confirm"
            onClick={props.onConfirm}
          >
            {t('Save, and nobody is responsible there')}
          </button>
          <button class="button" type="button" data-testid="left-cancel" onClick={props.onCancel}>
            {t('Do not save')}
          </button>
        </div>
      )}
    </div>
  );
}
