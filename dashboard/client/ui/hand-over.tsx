/** The assignments that wait for the person who is logged in, with the open points at their beds. */
import { useSignal } from '@preact/signals';
import { acceptEarlyMsMax } from '../../../contracts/duty-state.ts';
import type { BoardEntry } from '../../protocol/assignments.ts';
import { dutyNames } from '../core/duty-words.ts';
import { bedsOfWard } from '../core/hand-over.ts';
import { t } from '../core/texts.ts';
import { shortTime } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { TextField } from './fields.tsx';
import { OpenAtBeds, useOpenBeds } from './open-at-beds.tsx';

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

/**
 * Maximum number of keys in an acceptance (`seenKeysMax`). If there are more keys, the person accepts each bed
 * separately.
 */
const seenMax = 2_300;

/** One assignment that the person can accept or decline. */
function Waiting({ entry, state: { board, send, busy } }: { entry: BoardEntry; state: BoardState }) {
  const app = useApp();
  const { assignmentId, duty, ward, from, until } = entry.assignment;
  const beds = entry.remaining ?? entry.assignment.beds;
  const now = app.now.value;
  const isEarly = Date.parse(from) - now > acceptEarlyMsMax;
  const isListed = !isEarly && app.may('view-vitals');
  const listed = beds ?? bedsOfWard(board.beds, app.screen.value?.beds.values() ?? [], ward);
  const open = useOpenBeds(ward, listed, isListed);
  const place = beds?.join(', ') ?? t('the whole ward');
  const canSplit = !isEarly && beds !== undefined && beds.length > 1;

  function accept(only?: string) {
    const shown = open.beds?.filter(({ name }) => only === undefined || name === only);
    const shownKeys = shown?.flatMap((bed) => bed.seen).slice(0, seenMax);
    // Without `beds`, the request accepts all beds that the person has not accepted yet.
    const body = {
      assignmentId,
      ...(only === undefined ? {} : { beds: [only] }),
      ...(shownKeys ? { seen: shownKeys } : {}),
    };
    void send(
      (wardOfBoard, seen) => app.api.acceptDuty(wardOfBoard, { ...seen, ...body }),
      t('You have accepted {only}.', { only: only ?? place }),
    );
  }

  return (
    <section class="form__group board__hand-over" aria-label={t('Hand-over')} data-testid={`hand-over-${assignmentId}`}>
      <h2>
        {t('{duty} of {place}, {time} to {time2}', {
          duty: dutyNames[duty],
          place,
          time: shortTime(from, now),
          time2: shortTime(until, now),
        })}
      </h2>
      <p>
        {t('{name} assigned you.', { name: entry.by.name })}{' '}
        {isEarly && t('You can accept from 1 hour before it begins.')}
        {isListed && (beds ? t('Open at these beds:') : t('Open in the ward:'))}
      </p>
      {isListed && (
        <OpenAtBeds
          open={open}
          listsEmptyBeds={beds !== undefined}
          buttonOf={(bed) =>
            canSplit && (
              <button
                class="button button--small"
                type="button"
                aria-disabled={busy.value}
                data-testid={`accept-${bed}`}
                onClick={() => accept(bed)}
              >
                {t('Accept only {bed}', { bed })}
              </button>
            )
          }
        />
      )}
      {canSplit && <p class="dim">{t('A bed that you do not accept stays with the person who has it now.')}</p>}
      <div class="form__row">
        <button
          class="button button--primary"
          type="button"
          disabled={isEarly}
          aria-disabled={busy.value}
          data-testid="accept"
          onClick={() => accept()}
        >
          {t('Accept')}
          {canSplit && t(' all {n} beds', { n: beds.length })} {t('as {name}', { name: app.session.value?.actor.name })}
        </button>
        <Decline assignmentId={assignmentId} place={place} send={send} busy={busy} />
      </div>
    </section>
  );
}

function Decline(props: Pick<BoardState, 'send' | 'busy'> & { assignmentId: string; place: string }) {
  const { assignmentId, place, send, busy } = props;
  const app = useApp();
  const reason = useSignal('');
  return (
    <>
      <TextField
        label={t('Reason to decline')}
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
            (ward, seen) => app.api.declineDuty(ward, { ...seen, assignmentId, reason: reason.value.trim() }),
            t('You have declined {place}.', { place }),
          )
        }
      >
        {t('Decline')}
      </button>
    </>
  );
}
