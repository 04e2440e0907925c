/** The forms of the assignment board: to assign a person, and to report that oneself is away or back. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { duties } from '../../../contracts/duty-names.ts';
import { dutiesOfRole, dutyNames, instantOfInput, localInput, shortTime } from '../core/duty-words.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { CsvForm } from './csv-form.tsx';
import { ChoiceField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';

const hourMs = 3_600_000;
const shiftMs = 8 * hourMs;

export function AssignmentForms(state: BoardState) {
  return (
    <div class="board__forms">
      <AssignForm {...state} />
      <AwayForm {...state} />
      <CsvForm {...state} />
    </div>
  );
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one form, read from top to bottom.
function AssignForm({ board, send, busy }: BoardState) {
  const app = useApp();
  const actor = app.session.value?.actor;
  const userId = useSignal(actor?.userId ?? '');
  const duty = useSignal('');
  const beds = useSignal<readonly string[]>([]);
  const startMs = Math.floor(app.now.peek() / hourMs) * hourMs;
  const proposedFrom = useRef(localInput(app.now.peek()));
  const from = useSignal(proposedFrom.current);
  const until = useSignal(localInput(startMs + shiftMs));
  const problem = useSignal<string | undefined>(undefined);
  const people = board.people.filter((person) => board.maySetOthers || person.userId === actor?.userId);
  const person = [userId.value, actor?.userId]
    .map((id) => people.find((candidate) => candidate.userId === id))
    .find(Boolean);
  const possible = person ? dutiesOfRole(person.role) : [];
  const chosen = possible.find((name) => name === duty.value) ?? possible[0];
  const isForBeds = chosen === 'nurse' || chosen === 'buddy';

  async function save() {
    // The server refuses a start that is past. A person who did not change the start means "now", even if the form was open for a while.
    if (from.value === proposedFrom.current) {
      proposedFrom.current = localInput(app.now.peek());
      from.value = proposedFrom.current;
    }
    const [fromAt, untilAt] = [instantOfInput(from.value), instantOfInput(until.value)];
    problem.value = undefined;
    if (!person || !chosen) problem.value = 'Choose a person.';
    else if (fromAt === undefined || untilAt === undefined) problem.value = 'Enter the start and the end.';
    else if (isForBeds && beds.value.length === 0) problem.value = 'Choose at least one bed.';
    if (problem.value !== undefined || !person || !chosen || !fromAt || !untilAt) return;
    const savedBeds = beds.value;
    const isSaved = await send(
      (ward, version) =>
        app.api.assign(ward, {
          version,
          duty: chosen,
          userId: person.userId,
          from: fromAt,
          until: untilAt,
          ...(isForBeds ? { beds: [...beds.value] } : {}),
        }),
      `${person.name} is assigned.`,
    );
    if (isSaved) beds.value = beds.value.filter((bed) => !savedBeds.includes(bed));
  }

  return (
    <form
      class="form form__group"
      noValidate
      aria-label="Assign"
      data-testid="assign-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>Assign</h2>
      {!board.maySetOthers && (
        <p class="dim">
          {board.noChargeNurse
            ? 'Nobody is charge nurse now. A nurse may take this duty, and can then assign others.'
            : 'The charge nurse assigns others. You may assign yourself.'}
        </p>
      )}
      <div class="form__row">
        <ChoiceField
          label="Person"
          name="assign-person"
          value={person?.userId ?? ''}
          options={people.map(({ userId: value, name, role }) => ({ value, text: `${name} (${role})` }))}
          onValue={(value) => {
            userId.value = value;
            // Clears the duty, because it was chosen for another person.
            duty.value = '';
          }}
        />
        <ChoiceField
          label="Duty"
          name="assign-duty"
          value={chosen ?? ''}
          options={duties.filter((name) => possible.includes(name)).map((value) => ({ value, text: dutyNames[value] }))}
          onValue={(value) => {
            duty.value = value;
          }}
        />
      </div>
      {isForBeds && (
        <fieldset class="form__group board__beds">
          <legend>Beds</legend>
          {board.beds.map((bed) => (
            <label key={bed} class="field field--inline">
              <input
                type="checkbox"
                name={`assign-bed-${bed}`}
                checked={beds.value.includes(bed)}
                onChange={(event) => {
                  const others = beds.value.filter((name) => name !== bed);
                  beds.value = event.currentTarget.checked ? [...others, bed] : others;
                }}
              />
              <span>{bed}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="form__row">
        <TimeField label="From" name="assign-from" value={from} />
        <TimeField label="Until" name="assign-until" value={until} />
        <button class="button button--primary" type="submit" aria-disabled={busy.value} data-testid="assign-save">
          Assign
        </button>
      </div>
      <FormProblem text={problem.value} testId="assign-problem" />
    </form>
  );
}

function TimeField({ label, name, value }: { label: string; name: string; value: { value: string } }) {
  return (
    <label class="field field--time">
      <span>{label}</span>
      <input
        type="datetime-local"
        name={name}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

const awayTimes = [
  { value: '15', text: '15 min' },
  { value: '30', text: '30 min' },
  { value: '60', text: '1 h' },
  { value: '120', text: '2 h' },
  { value: '240', text: '4 h' },
] as const;

function AwayForm({ board, send, busy }: BoardState) {
  const app = useApp();
  const userId = app.session.value?.actor.userId;
  const minutes = useSignal('30');
  const cover = useSignal('');
  const now = app.now.value;
  const onDuty = board.entries.filter(
    ({ assignment, acceptedAt, isOver }) => !isOver && acceptedAt && Date.parse(assignment.from) <= now,
  );
  const absence = board.away.find((away) => away.userId === userId);
  const own = onDuty.filter(({ assignment }) => assignment.userId === userId);
  const coveredBy = own.every((entry) => entry.coveredBy !== undefined) ? own[0]?.coveredBy : undefined;
  const roleOf = (id: string | undefined) => board.people.find((person) => person.userId === id)?.role;
  const covers = new Map(
    onDuty
      .filter(({ assignment, fault }) => assignment.userId !== userId && fault === undefined)
      .filter(({ assignment }) => roleOf(assignment.userId) === roleOf(userId))
      .filter(({ assignment }) => !board.away.some((away) => away.userId === assignment.userId))
      .map(({ assignment }) => [assignment.userId, assignment.name]),
  );
  if (!absence && !onDuty.some(({ assignment }) => assignment.userId === userId)) return null;
  return (
    <form class="form form__group" noValidate aria-label="Away" onSubmit={(event) => event.preventDefault()}>
      <h2>Away</h2>
      {absence && (
        <p>
          You are away until {shortTime(absence.until, now)}
          {coveredBy === undefined ? ', and nobody covers.' : `. ${coveredBy} covers.`}
          {coveredBy === undefined && absence.fault !== undefined && ` ${absence.cover?.name} ${absence.fault}.`}
        </p>
      )}
      <div class="form__row">
        {absence ? (
          <button
            class="button button--primary"
            type="button"
            aria-disabled={busy.value}
            data-testid="back"
            onClick={() => void send((ward, version) => app.api.comeBack(ward, { version }), 'You are back.')}
          >
            I am back
          </button>
        ) : (
          <>
            <ChoiceField
              label="For"
              name="away-time"
              value={minutes.value}
              options={awayTimes}
              onValue={(value) => {
                minutes.value = value;
              }}
            />
            <ChoiceField
              label="Cover"
              name="away-cover"
              value={cover.value}
              options={[
                { value: '', text: 'Nobody: my beds then have no nurse' },
                ...[...covers].map(([value, text]) => ({ value, text })),
              ]}
              onValue={(value) => {
                cover.value = value;
              }}
            />
            <button
              class="button"
              type="button"
              aria-disabled={busy.value}
              data-testid="away"
              onClick={() =>
                void send(
                  (ward, version) =>
                    app.api.goAway(ward, {
                      version,
                      // 1 s less: the server accepts at most 4 h, and compares the time when the request comes.
                      until: new Date(app.now.peek() + Number(minutes.value) * 60_000 - 1_000).toISOString(),
                      ...(cover.value === '' ? {} : { cover: cover.value }),
                    }),
                  'You are away.',
                )
              }
            >
              Go away
            </button>
          </>
        )}
      </div>
    </form>
  );
}
