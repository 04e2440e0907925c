/** Two parts of the assignment board: the persons who can be reached now, and the form "Who would be called?". */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Static } from 'typebox';
import { priorities } from '../../../contracts/priorities.ts';
import type { WardReach, WhoAnswer, WhoQuery } from '../../protocol/delivery.ts';
import { alertKindNames } from '../core/alert-kinds.ts';
import { checksText, dutiesText, emptyDutyText, orderedPeople, reachLine, whoLine } from '../core/reach-words.ts';
import { t } from '../core/texts.ts';
import { instantTextOfField, refusedTimeText } from '../core/time-fields.ts';
import { dateMinuteText, whenText } from '../core/times.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';
import { ChoiceField } from './fields.tsx';
import { halfFilledText } from './half-filled.ts';
import { FormProblem } from './still-text.tsx';
import { TimeDoubt } from './time-doubt.tsx';
import { TimeField } from './time-field.tsx';

type Reach = Static<typeof WardReach>;
type Who = Static<typeof WhoAnswer>;
const refreshMs = 5_000;

export function WardReachPart({ ward }: { ward: string }) {
  const app = useApp();
  const answer = useSignal<Answer<Reach> | undefined>(undefined);
  useEffect(() => {
    let isClosed = false;
    const load = async () => {
      const next = await app.api.wardReach(ward);
      if (!isClosed) answer.value = next;
    };
    answer.value = undefined;
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => {
      isClosed = true;
      clearInterval(timer);
    };
  }, [ward]);
  const shown = answer.value;
  return (
    <section class="form__group" aria-label={t('Who can be reached now')} data-testid="ward-reach">
      <h2>{t('Who can be reached now')}</h2>
      {shown === undefined && <p class="dim">{t('Loading …')}</p>}
      {shown?.ok === false && <p class="is-refused">{t('Not known: {message}', { message: shown.message })}</p>}
      {shown?.ok && <People reach={shown.data} />}
    </section>
  );
}

function People({ reach }: { reach: Reach }) {
  const app = useApp();
  const now = app.now.value;
  const { isRunning, people, at } = reach;
  return (
    <>
      {!isRunning && (
        <p class="is-refused" role="alert">
          {t('The delivery process gives no sign of life: nobody is called, and nobody is checked.')}
        </p>
      )}
      {people.length === 0 && <p class="is-refused">{t('Nobody has a duty now, so nobody is called.')}</p>}
      <ul class="reach__entries">
        {orderedPeople(people).map(({ userId, name, duties, isReached, channels }) => (
          <li key={userId} data-testid={`reach-of-${userId}`} data-reached={isReached}>
            <strong>{name}</strong> <span class="dim">{dutiesText(duties)}</span>
            {!isReached && <strong class="is-refused"> {t('· cannot be reached now')}</strong>}
            <span class="reach__channels">
              {channels.length === 0 && (
                <span class="reach__line reach__line--down">{t('no way to reach this person')}</span>
              )}
              {channels.map((channel) => {
                const { kind, text } = reachLine(channel, now);
                return (
                  <span key={channel.channel} class={`reach__line reach__line--${kind}`}>
                    {text}
                  </span>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
      <p class="dim">{t('As of {when}. {checks}', { when: whenText(Date.parse(at), now), checks: checksText() })}</p>
    </>
  );
}

/** The form "Who would be called?". It calls nobody. */
export function WhoWouldBeCalled({ ward, beds }: { ward: string; beds: readonly string[] }) {
  const app = useApp();
  const bed = useSignal(beds[0] ?? '');
  const kind = useSignal<WhoQuery['kind']>('physiological');
  const priority = useSignal<WhoQuery['priority']>('high');
  const time = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const answer = useSignal<Who | undefined>(undefined);
  async function ask(form: HTMLFormElement) {
    const at = instantTextOfField(time.value);
    answer.value = undefined;
    problem.value = bed.value === '' ? t('Choose a bed.') : (halfFilledText(form) ?? refusedTimeText(time.value));
    if (problem.value !== undefined) return;
    const query = { bed: bed.value, kind: kind.value, priority: priority.value, ...(at !== undefined && { at }) };
    const result = await app.api.whoWouldBeCalled(ward, query);
    if (result.ok) answer.value = result.data;
    else problem.value = result.message;
  }
  return (
    <form
      class="form form__group"
      noValidate
      aria-label={t('Who would be called?')}
      data-testid="who-form"
      onSubmit={(event) => {
        event.preventDefault();
        void ask(event.currentTarget);
      }}
    >
      <h2>{t('Who would be called?')}</h2>
      <p class="dim">
        {t('This is a dry run: it calls nobody. If you enter no time, the answer is for now ({time}).', {
          time: dateMinuteText(app.now.value),
        })}
      </p>
      <div class="form__row">
        <ChoiceField
          label={t('Bed')}
          name="who-bed"
          value={bed.value}
          options={beds.map((value) => ({ value, text: value }))}
          onValue={(value) => {
            bed.value = value;
          }}
        />
        <ChoiceField
          label={t('Alarm')}
          name="who-kind"
          value={kind.value}
          options={Object.entries(alertKindNames).map(([value, text]) => ({ value, text }))}
          onValue={(value) => {
            kind.value = value as WhoQuery['kind'];
          }}
        />
        <ChoiceField
          label={t('Priority')}
          name="who-priority"
          value={priority.value}
          options={priorities.map((value) => ({ value, text: t(value) }))}
          onValue={(value) => {
            priority.value = value as WhoQuery['priority'];
          }}
        />
        <TimeField
          label={t('Time')}
          name="who-time"
          value={time.value}
          onInput={(event) => {
            time.value = event.currentTarget.value;
          }}
        />
        <button class="button" type="submit" data-testid="who-ask">
          {t('Show')}
        </button>
      </div>
      <FormProblem text={problem.value} testId="who-problem" />
      <TimeDoubt fields={[time.value]} />
      {answer.value && <WhoList who={answer.value} />}
    </form>
  );
}

function WhoList({ who }: { who: Who }) {
  const app = useApp();
  return (
    <div data-testid="who-answer" role="status">
      <p class="dim">
        {t('For {when}, policy {policyVersion}. If a person does not answer or rejects, the next one is called.', {
          when: whenText(Date.parse(who.at), app.now.value),
          policyVersion: who.policyVersion,
        })}
      </p>
      {who.notSent !== undefined && <p>{t('Nobody is called: {notSent}', { notSent: who.notSent })}</p>}
      <ol class="reach__who">
        {who.calls.map((call) => (
          <li key={`${call.afterMs} ${call.duty} ${call.userId}`} class={call.fault === undefined ? '' : 'is-refused'}>
            {whoLine(call)}
          </li>
        ))}
      </ol>
      {who.empty.map((empty) => (
        <p key={empty.duty} class="is-refused">
          {emptyDutyText(empty)}
        </p>
      ))}
      <p>{who.end}</p>
    </div>
  );
}
