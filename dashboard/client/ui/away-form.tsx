/** The form with which a person goes away and comes back. It asks first for a person who covers. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { shortTime } from '../core/duty-words.ts';
import { coversFor, isLeft, onDutyAt } from '../core/leave-words.ts';
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

/** The choice "Nobody". The person must choose it, because the beds then have no nurse. User ids have no space. */
const nobody = 'nobody covers';
const chooseCover = 'Choose who covers, or “Nobody”.';

export function AwayForm(state: BoardState) {
  const { board } = state;
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const absence = board.away.find((away) => away.userId === userId);
  const isOnDuty = onDutyAt(board, app.now.value).some(({ assignment }) => assignment.userId === userId);
  if (!absence && !isOnDuty) return null;
  return (
    <form class="form form__group" noValidate aria-label="Away" onSubmit={(event) => event.preventDefault()}>
      <h2>Away</h2>
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
        You are away until {shortTime(absence.until, now)}
        {coveredBy === undefined ? ', and nobody covers.' : `. ${coveredBy} covers.`}
        {coveredBy === undefined && absence.fault !== undefined && ` ${absence.cover?.name} ${absence.fault}.`}
      </p>
      <div class="form__row">
        <button
          class="button button--primary"
          type="button"
          aria-disabled={busy.value}
          data-testid="back"
          onClick={() => void send((ward, version) => app.api.comeBack(ward, { version }), 'You are back.')}
        >
          I am back
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
  /** Undefined until the person chooses: the form then shows the proposed cover. */
  const chosen = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const asks = useSignal(false);
  const goButton = useRef<HTMLButtonElement>(null);
  const cover = chosen.value ?? proposed;
  const coverName = covers.find((person) => person.userId === cover)?.name;
  const coverField = cover === nobody ? {} : { cover };

  async function leave() {
    asks.value = false;
    await send(
      (ward, version) =>
        app.api.goAway(ward, {
          version,
          // 1 s less: the server accepts at most 4 h, and compares the time when the request comes.
          until: new Date(app.now.peek() + Number(minutes.value) * 60_000 - 1_000).toISOString(),
          ...coverField,
        }),
      coverName === undefined ? 'You are away, and nobody covers.' : `You are away. ${coverName} covers.`,
    );
  }

  /** Leaves at once only if every bed then has somebody and no call is open. */
  async function ask() {
    problem.value = cover === '' ? chooseCover : undefined;
    if (cover === '' || busy.peek()) return;
    const outcome = cover === nobody ? undefined : await app.api.leaveOutcome(board.ward, { act: 'away', cover });
    const isHarmless = outcome?.ok && !outcome.data.places.some(isLeft) && outcome.data.calls.length === 0;
    if (isHarmless) await leave();
    else asks.value = true;
  }

  if (asks.value)
    return (
      <LeaveQuestion
        title={coverName === undefined ? 'Go away, and nobody covers?' : `Go away, and ${coverName} covers?`}
        board={board}
        query={{ act: 'away', ...coverField }}
        onCancel={() => {
          asks.value = false;
          requestAnimationFrame(() => goButton.current?.focus());
        }}
      >
        <button
          class="button"
          type="button"
          aria-disabled={busy.value}
          data-testid="away-confirm"
          onClick={() => void leave()}
        >
          {coverName === undefined ? 'Go away without a cover' : 'Go away'}
        </button>
      </LeaveQuestion>
    );
  return (
    <>
      <div class="form__row">
        <ChoiceField
          label="Who covers"
          name="away-cover"
          value={cover}
          options={[
            ...(proposed === '' ? [{ value: '', text: 'Choose a person' }] : []),
            ...covers.map((person) => ({
              value: person.userId,
              text: person.buddyBeds > 0 ? `${person.name} (buddy)` : person.name,
            })),
            { value: nobody, text: 'Nobody' },
          ]}
          onValue={(value) => {
            chosen.value = value;
            problem.value = undefined;
          }}
        />
        <ChoiceField
          label="For"
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
          Go away
        </button>
      </div>
      <FormProblem text={problem.value} testId="away-problem" widest={[chooseCover]} />
    </>
  );
}
