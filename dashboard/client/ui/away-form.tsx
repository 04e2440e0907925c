/** The form with which a person goes away and comes back. To go away, the person must first choose a cover. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { coversText } from '../core/cover-words.ts';
import { coversFor, isLeft, onDutyAt } from '../core/leave-words.ts';
import { t } from '../core/texts.ts';
import { shortTime } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { ChoiceField } from './fields.tsx';
import { LeaveQuestion } from './leave-question.tsx';
import { FormProblem } from './still-text.tsx';

const awayTimes = [
  { value: '15', text: '15 min' },
  { value: '30', text: '30 min' },
  { value: '60', text: '1 h' },
  { value: '120', text: '2 h' },
  { value: '240', text: '4 h' },
] as const;

/**
 * The value of the choice "Nobody". The form never makes this choice for a person, because the beds then have no nurse.
 * No user id has a space, so no user id equals this value.
 */
const nobody = 'nobody covers';
const chooseCover = () => t('Choose who covers, or “Nobody”.');

export function AwayForm(state: BoardState) {
  const { board } = state;
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const absence = board.away.find((away) => away.userId === userId);
  const isOnDuty = onDutyAt(board, app.now.value).some(({ assignment }) => assignment.userId === userId);
  if (!absence && !isOnDuty) return null;
  return (
    <form class="form form__group" noValidate aria-label={t('Away')} onSubmit={(event) => event.preventDefault()}>
      <h2>{t('Away')}</h2>
      {absence ? <Back {...state} absence={absence} /> : <GoAway {...state} />}
    </form>
  );
}

function Back({ board, send, busy, absence }: BoardState & { absence: BoardState['board']['away'][number] }) {
  const app = useApp();
  const now = app.now.value;
  const own = onDutyAt(board, now).filter(({ assignment }) => assignment.userId === absence.userId);
  const coveredBy = own.every((entry) => entry.coveredBy !== undefined) ? own[0]?.coveredBy : undefined;
  return (
    <>
      <p>
        {t('You are away until {time}, {covers}.', {
          time: shortTime(absence.until, now),
          covers: coversText(coveredBy, absence, now),
        })}
      </p>
      <div class="form__row">
        <button
          class="button button--primary"
          type="button"
          aria-disabled={busy.value}
          data-testid="back"
          onClick={() => void send((ward, seen) => app.api.comeBack(ward, seen), t('You are back.'))}
        >
          {t('I am back')}
        </button>
      </div>
    </>
  );
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one form, read from top to bottom.
function GoAway({ board, send, busy }: BoardState) {
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const covers = coversFor(board, userId, app.now.value);
  const proposed = covers[0] && covers[0].buddyBeds > 0 ? covers[0].userId : '';
  const minutes = useSignal('30');
  /** Undefined until the person chooses. Until then the form shows the proposed cover. */
  const chosen = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const asks = useSignal(false);
  const goButton = useRef<HTMLButtonElement>(null);
  const cover = chosen.value ?? proposed;
  const coverName = covers.find((person) => person.userId === cover)?.name;
  const awayMs = Number(minutes.value) * 60_000;
  const coverField = cover === nobody ? {} : { cover };

  /** @param leaves the places for which nobody will be responsible, and which the person has confirmed */
  async function leave(leaves: readonly string[] = []) {
    asks.value = false;
    await send(
      (ward, seen) =>
        app.api.goAway(ward, {
          ...seen,
          // 1 s less than the person chose, because the server accepts at most 4 h by its own clock.
          until: new Date(app.now.peek() + awayMs - 1_000).toISOString(),
          ...coverField,
        }),
      coverName === undefined
        ? t('You are away, and nobody covers.')
        : t('You are away. {coverName} covers.', { coverName }),
      undefined,
      leaves,
    );
  }

  /**
   * Asks first if a call is open, or if a bed would have no responsible person before the person is back. If not,
   * reports the person as away at once.
   */
  async function ask() {
    problem.value = cover === '' ? chooseCover() : undefined;
    if (cover === '' || busy.peek()) return;
    const outcome =
      cover === nobody ? undefined : await app.api.leaveOutcome(board.ward, { act: 'away', cover, awayMs });
    const isHarmless =
      outcome?.ok &&
      !outcome.data.places.some((place) => isLeft(place) || place.nobodyFrom !== undefined) &&
      outcome.data.calls.length === 0;
    if (isHarmless) await leave();
    else asks.value = true;
  }

  if (asks.value)
    return (
      <LeaveQuestion
        title={
          coverName === undefined
            ? t('Go away, and nobody covers?')
            : t('Go away, and {coverName} covers?', { coverName })
        }
        board={board}
        query={{ act: 'away', awayMs, ...coverField }}
        onCancel={() => {
          asks.value = false;
          requestAnimationFrame(() => goButton.current?.focus());
        }}
      >
        {(leaves) => (
          <button
            class="button"
            type="button"
            aria-disabled={busy.value}
            data-testid="away-confirm"
            onClick={() => void leave(leaves)}
          >
            {coverName === undefined ? t('Go away without a cover') : t('Go away')}
          </button>
        )}
      </LeaveQuestion>
    );
  return (
    <>
      <div class="form__row">
        <ChoiceField
          label={t('Who covers')}
          name="away-cover"
          value={cover}
          options={[
            ...(proposed === '' ? [{ value: '', text: t('Choose a person') }] : []),
            ...covers.map((person) => ({
              value: person.userId,
              text: person.buddyBeds > 0 ? t('{name} (buddy)', { name: person.name }) : person.name,
            })),
            { value: nobody, text: t('Nobody') },
          ]}
          onValue={(value) => {
            chosen.value = value;
            problem.value = undefined;
          }}
        />
        <ChoiceField
          label={t('For')}
          name="away-time"
          value={minutes.value}
          options={awayTimes}
          onValue={(value) => {
            minutes.value = value;
          }}
        />
        <button
          ref={goButton}
          class="button"
          type="button"
          aria-disabled={busy.value}
          data-testid="away"
          onClick={() => void ask()}
        >
          {t('Go away')}
        </button>
      </div>
      <FormProblem text={problem.value} testId="away-problem" widest={[chooseCover()]} />
    </>
  );
}
