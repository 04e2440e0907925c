/**
 * The requests to cover for somebody, which wait for the person who is logged in. The person confirms a request, or
 * answers that she or he cannot cover.
 */
import type { Board } from '../../protocol/assignments.ts';
import { coverAskedText } from '../core/cover-words.ts';
import { onDutyAt } from '../core/leave-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';

export function CoverAsked(state: BoardState) {
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const onDuty = new Set(onDutyAt(state.board, app.now.value).map(({ assignment }) => assignment.userId));
  // If somebody else has taken over all duties of the person who is away, there is nothing to cover.
  const asked = state.board.away.filter((away) => away.cover?.userId === userId && onDuty.has(away.userId));
  return (
    <>
      {asked.map((away) => (
        <Asked key={away.awayId} away={away} state={state} />
      ))}
    </>
  );
}

function Asked({ away, state: { board, send, busy } }: { away: Board['away'][number]; state: BoardState }) {
  const app = useApp();
  const { awayId, userId, name, isUnseen, isRejected } = away;
  const now = app.now.value;
  const own = onDutyAt(board, now).filter(({ assignment }) => assignment.userId === userId);
  const beds = own.flatMap(({ assignment, overdue }) => overdue ?? assignment.beds ?? []);

  function answer(isRejectedNow: boolean, doneText: string) {
    void send((ward, seen) => app.api.answerCover(ward, { ...seen, awayId, isRejected: isRejectedNow }), doneText);
  }

  return (
    <section class="form__group board__hand-over" aria-label={t('Cover')} data-testid={`cover-${userId}`}>
      <h2>{coverAskedText(away, beds, now)}</h2>
      {isUnseen && (
        <p>
          {t('{name} is away and has named you as cover. Vigil calls you for {part} until {name} is back.', {
            name,
            part: beds.length === 0 ? t('this duty') : t('these beds'),
          })}
        </p>
      )}
      <div class="form__row">
        {(isUnseen || isRejected) && (
          <button
            class="button button--primary"
            type="button"
            aria-disabled={busy.value}
            data-testid="cover-seen"
            onClick={() => answer(false, t('You cover for {name}.', { name }))}
          >
            {isRejected ? t('I can cover now') : t('I have seen this, I cover')}
          </button>
        )}
        {!isRejected && (
          <button
            class="button"
            type="button"
            aria-disabled={busy.value}
            data-testid="cover-reject"
            onClick={() => answer(true, t('You do not cover for {name}.', { name }))}
          >
            {t('I cannot cover')}
          </button>
        )}
      </div>
    </section>
  );
}
