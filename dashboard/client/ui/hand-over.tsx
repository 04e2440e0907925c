/** The assignments that wait for the person who is logged in, with what is open at their beds, and the person's own absence. */
import { useSignal } from '@preact/signals';
import { acceptEarlyMsMax } from '../../../contracts/duty-state.ts';
import type { BoardEntry } from '../../protocol/assignments.ts';
import { dutyNames, shortTime } from '../core/duty-words.ts';
import { openPoints } from '../core/hand-over.ts';
import { patientName } from '../core/numerics.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { TextField } from './fields.tsx';

export function HandOver(state: BoardState) {
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const waiting = state.board.entries.filter(
    ({ assignment, acceptedAt, declined, isOver }) =>
      assignment.userId === userId && acceptedAt === undefined && !declined && !isOver,
  );
  return (
    <>
      {waiting.map((entry) => (
        <Waiting key={entry.assignment.assignmentId} entry={entry} state={state} />
      ))}
    </>
  );
}

/** One assignment that the person can accept or decline. */
function Waiting({ entry, state: { board, send, busy } }: { entry: BoardEntry; state: BoardState }) {
  const app = useApp();
  const reason = useSignal('');
  const { assignmentId, duty, beds, from, until } = entry.assignment;
  const now = app.now.value;
  const isEarly = Date.parse(from) - now > acceptEarlyMsMax;
  const isListed = !isEarly && app.may('view-vitals');
  const place = beds?.join(', ') ?? 'the whole ward';
  return (
    <section class="form__group board__hand-over" aria-label="Hand-over" data-testid={`hand-over-${assignmentId}`}>
      <h2>
        {dutyNames[duty]} of {place}, {shortTime(from, now)} to {shortTime(until, now)}
      </h2>
      <p>
        {entry.by.name} assigned you. {isEarly && 'You can accept from 1 hour before it begins.'}
        {isListed && (beds ? 'Open at these beds:' : 'Open in the ward:')}
      </p>
      {isListed && <OpenAtBeds beds={beds ?? board.beds} ward={entry.assignment.ward} />}
      <div class="form__row">
        <button
          class="button button--primary"
          type="button"
          disabled={isEarly}
          aria-disabled={busy.value}
          data-testid="accept"
          onClick={() =>
            void send(
              (ward, version) => app.api.acceptDuty(ward, { version, assignmentId }),
              `You have accepted ${place}.`,
            )
          }
        >
          Accept as {app.session.value?.actor.name}
        </button>
        <TextField
          label="Reason to decline"
          name={`decline-${assignmentId}`}
          maxLength={200}
          value={reason.value}
          onValue={(value) => {
            reason.value = value;
          }}
        />
        <button
          class="button"
          type="button"
          disabled={reason.value.trim() === ''}
          aria-disabled={busy.value}
          data-testid="decline"
          onClick={() =>
            void send(
              (ward, version) => app.api.declineDuty(ward, { version, assignmentId, reason: reason.value.trim() }),
              `You have declined ${place}.`,
            )
          }
        >
          Decline
        </button>
      </div>
    </section>
  );
}

function OpenAtBeds({ beds, ward }: { beds: readonly string[]; ward: string }) {
  const app = useApp();
  const screen = app.screen.value;
  if (!screen) return <p class="form__problem">This screen has no live data. Look at the beds.</p>;
  if (app.ward.value !== '*' && app.ward.value !== ward)
    return <p class="form__problem">This screen does not watch {ward}. Look at the beds.</p>;
  const shown = [...screen.beds.values()].filter((bed) => bed.ward === ward);
  return (
    <ul class="board__open">
      {beds.map((name) => {
        const devices = shown.filter((bed) => bed.bed === name);
        const [first] = devices;
        const points = devices.flatMap((bed) =>
          openPoints(bed, screen.alarmsOf.get(bed.associationId) ?? [], app.now.value),
        );
        return (
          <li key={name} data-testid={`open-${name}`}>
            <strong>{name}</strong> {first?.patient ? patientName(first.patient) : 'no patient'}
            <ul>
              {points.length === 0 && <li class="dim">nothing open</li>}
              {points.map((point) => (
                <li key={point}>{point}</li>
              ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}
