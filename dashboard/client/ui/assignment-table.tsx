/** The table of the assignment board: one row for each bed, one column for each duty, now and in the next shift. */
import type { Duty } from '../../../contracts/messages/assignments.ts';
import {
  assignmentText,
  bedDuties,
  type CellEntry,
  cellOf,
  dutyNames,
  endLabel,
  wardDuties,
} from '../core/duty-words.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';

const marks = { accepted: '✓', overdue: '!', waiting: '?', away: '↷', declined: '✗' } as const;

export function AssignmentTable(state: BoardState) {
  const { board } = state;
  return (
    <>
      <table class="table board__table" data-testid="board-ward">
        <thead>
          <tr>
            <th scope="col">Whole ward</th>
            <th scope="col">Now</th>
            <th scope="col">Next shift</th>
          </tr>
        </thead>
        <tbody>
          {wardDuties.map((duty) => (
            <tr key={duty} data-testid={`board-duty-${duty}`}>
              <th scope="row">{dutyNames[duty]}</th>
              <Cells state={state} duty={duty} bed={undefined} labels={['Now', 'Next shift']} />
            </tr>
          ))}
        </tbody>
      </table>
      <table class="table board__table" data-testid="board-beds">
        <thead>
          <tr>
            <th scope="col">Bed</th>
            {bedDuties.flatMap((duty) => [
              <th scope="col" key={`${duty} now`}>
                {dutyNames[duty]} now
              </th>,
              <th scope="col" key={`${duty} next`}>
                {dutyNames[duty]}, next shift
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
                  labels={[`${dutyNames[duty]} now`, `${dutyNames[duty]}, next shift`]}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Cells(props: { state: BoardState; duty: Duty; bed: string | undefined; labels: readonly [string, string] }) {
  const { board } = props.state;
  // Uses the time of the board, not of this screen. The server decides who is overdue, and an old board must not show that a bed has no nurse.
  const { now, next } = cellOf(board, props.duty, props.bed, Date.parse(board.at));
  const isMissing = props.duty === 'nurse' && !now.some(({ isCovering }) => isCovering);
  return (
    <>
      <td class="table__words" data-label={props.labels[0]}>
        {isMissing && <span class="board__missing">{now.length === 0 ? 'nobody' : 'no nurse'}</span>}
        {!isMissing && now.length === 0 && <span class="dim">nobody</span>}
        <Entries state={props.state} entries={now} />
      </td>
      <td class="table__words" data-label={props.labels[1]}>
        {next.length === 0 && <span class="dim">nobody</span>}
        <Entries state={props.state} entries={next} />
      </td>
    </>
  );
}

function Entries({ state: { board, send, busy }, entries }: { state: BoardState; entries: readonly CellEntry[] }) {
  const app = useApp();
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
              aria-label={`End the assignment of ${assignmentText(entry)}`}
              onClick={() =>
                void send(
                  (ward, version) => app.api.endDuty(ward, { version, assignmentId: entry.assignment.assignmentId }),
                  `The assignment of ${assignmentText(entry)} is ended.`,
                )
              }
            >
              {endLabel(entry)}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
