/** The table of the assignment board: one row for each bed, one column for each duty, now and in the next shift. */
import { type Signal, useSignal } from '@preact/signals';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { BoardEntry } from '../../protocol/assignments.ts';
import {
  assignmentText,
  bedDuties,
  bedsNow,
  type CellEntry,
  cellOf,
  dutyNames,
  endLabel,
  wardDuties,
} from '../core/duty-words.ts';
import { againUntil } from '../core/leave-words.ts';
import { shiftEnd } from '../core/shifts.ts';
import { t } from '../core/texts.ts';
import { shortTime } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { LeaveQuestion } from './leave-question.tsx';
import { shiftStartsOf } from './shift-starts.ts';

const marks = { accepted: '✓', overdue: '!', waiting: '?', away: '↷', declined: '✗' } as const;

/** The assignment that the person may end, and the button that was pressed. */
type Asked = { readonly entry: BoardEntry; readonly button: HTMLButtonElement };
type TableState = BoardState & { readonly asked: Signal<Asked | undefined> };

export function AssignmentTable(props: BoardState) {
  const { board } = props;
  const asked = useSignal<Asked | undefined>(undefined);
  const state: TableState = { ...props, asked };
  const isAskedStill = board.entries.some(
    ({ assignment, isOver }) => !isOver && assignment.assignmentId === asked.value?.entry.assignment.assignmentId,
  );
  return (
    <>
      {asked.value && isAskedStill && <EndQuestion state={state} asked={asked.value} />}
      <table class="table board__table" data-testid="board-ward">
        <thead>
          <tr>
            <th scope="col">{t('Whole ward')}</th>
            <th scope="col">{t('Now')}</th>
            <th scope="col">{t('Next shift')}</th>
          </tr>
        </thead>
        <tbody>
          {wardDuties.map((duty) => (
            <tr key={duty} data-testid={`board-duty-${duty}`}>
              <th scope="row">{dutyNames[duty]}</th>
              <Cells state={state} duty={duty} bed={undefined} labels={[t('Now'), t('Next shift')]} />
            </tr>
          ))}
        </tbody>
      </table>
      <table class="table board__table" data-testid="board-beds">
        <thead>
          <tr>
            <th scope="col">{t('Bed')}</th>
            {bedDuties.flatMap((duty) => [
              <th scope="col" key={`${duty} now`}>
                {t('{duty} now', { duty: dutyNames[duty] })}
              </th>,
              <th scope="col" key={`${duty} next`}>
                {t('{duty}, next shift', { duty: dutyNames[duty] })}
              </th>,
            ])}
          </tr>
        </thead>
        <tbody>
          {board.beds.map((bed) => (
            <tr key={bed} data-testid={`board-bed-${bed}`}>
              <th scope="row">{bed}</th>
              {bedDuties.map((duty) => (
                <Cells
                  key={duty}
                  state={state}
                  duty={duty}
                  bed={bed}
                  labels={[
                    t('{duty} now', { duty: dutyNames[duty] }),
                    t('{duty}, next shift', { duty: dutyNames[duty] }),
                  ]}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Cells(props: { state: TableState; duty: Duty; bed: string | undefined; labels: readonly [string, string] }) {
  const { board } = props.state;
  // Uses the time of the board, not of this screen. The server decides who is overdue, and an old board must not show
  // that a bed has no nurse.
  const atMs = Date.parse(board.at);
  const starts = shiftStartsOf(useApp());
  const nextUntilMs = shiftEnd(starts, shiftEnd(starts, atMs));
  const { now, next } = cellOf(board, props.duty, props.bed, { nowMs: atMs, nextUntilMs });
  const isMissing = props.duty === 'nurse' && !now.some(({ isCovering }) => isCovering);
  return (
    <>
      <td class="table__words" data-label={props.labels[0]}>
        {isMissing && <span class="board__missing">{now.length === 0 ? t('nobody') : t('no nurse')}</span>}
        {!isMissing && now.length === 0 && <span class="dim">{t('nobody')}</span>}
        <Entries state={props.state} entries={now} />
      </td>
      <td class="table__words" data-label={props.labels[1]}>
        {next.length === 0 && <span class="dim">{t('nobody')}</span>}
        <Entries state={props.state} entries={next} />
      </td>
    </>
  );
}

function Entries({ state, entries }: { state: TableState; entries: readonly CellEntry[] }) {
  const { board, busy, asked } = state;
  if (entries.length === 0) return null;
  return (
    <ul class="board__entries">
      {entries.map(({ entry, kind, text }) => (
        <li key={entry.assignment.assignmentId} class={`board__entry board__entry--${kind}`} data-kind={kind}>
          <span>
            <span aria-hidden="true">{marks[kind]} </span>
            {text}
          </span>
          {board.maySetOthers && kind !== 'declined' && (
            <button
              class="button button--small"
              type="button"
              aria-disabled={busy.value}
              aria-label={t('End the assignment of {assignment}', { assignment: assignmentText(entry) })}
              onClick={(event) => {
                asked.value = { entry, button: event.currentTarget };
              }}
            >
              {endLabel(entry)}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Asks before an assignment ends, because the person then loses all beds of the assignment. */
function EndQuestion({ state, asked: { entry, button } }: { state: TableState; asked: Asked }) {
  const app = useApp();
  const { board, send, busy, proposal, asked } = state;
  const { assignmentId, duty, userId, name } = entry.assignment;
  const beds = bedsNow(entry);
  const untilAgain = againUntil(entry, app.now.value);
  const close = () => {
    asked.value = undefined;
  };
  return (
    <LeaveQuestion
      key={assignmentId}
      title={t('End the assignment of {assignment}?', { assignment: assignmentText(entry) })}
      board={board}
      query={{ act: 'end', assignmentId }}
      onCancel={() => {
        close();
        requestAnimationFrame(() => button.focus());
      }}
    >
      {(leaves) => (
        <>
          <button
            class="button button--primary"
            type="button"
            data-testid="end-hand-over"
            onClick={() => {
              close();
              proposal.value = { duty, beds: [...(beds ?? [])] };
            }}
          >
            {t('Hand over instead')}
          </button>
          <button
            class="button"
            type="button"
            aria-disabled={busy.value}
            data-testid="end-confirm"
            onClick={() => {
              close();
              void send(
                (ward, seen) => app.api.endDuty(ward, { ...seen, assignmentId }),
                t('The assignment of {assignment} is ended.', { assignment: assignmentText(entry) }),
                {
                  label: t('Assign {name} again until {time}', { name, time: shortTime(untilAgain, app.now.value) }),
                  ask: (ward, seen) =>
                    app.api.assign(ward, {
                      ...seen,
                      duty,
                      userId,
                      ...(beds ? { beds: [...beds] } : {}),
                      from: new Date(app.now.peek()).toISOString(),
                      until: againUntil(entry, app.now.peek()),
                    }),
                  doneText:
                    userId === app.session.peek()?.actor.userId
                      ? t('You are assigned again.')
                      : t('{name} is assigned again, and must accept again.', { name }),
                },
                leaves,
              );
            }}
          >
            {endLabel(entry)}
          </button>
        </>
      )}
    </LeaveQuestion>
  );
}
