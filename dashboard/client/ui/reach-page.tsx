/**
 * The page "How I am reached": the ways by which Vigil calls the person while no page of Vigil is open, and whether
 * each way works now.
 */
import { useSignal } from '@preact/signals';
import type { Static } from 'typebox';
import type { MyReach } from '../../protocol/delivery.ts';
import { pushStateOf } from '../core/push-state.ts';
import { addedText, reachLine } from '../core/reach-words.ts';
import { shownLanguage, t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ownReachId, pushAbility, turnPushOff, turnPushOn } from '../shell/push.ts';
import { TextField } from './fields.tsx';
import { useRefreshed } from './refreshed.ts';
import { ScrollBox } from './scroll-box.tsx';
import { FormProblem } from './still-text.tsx';

type Reach = Static<typeof MyReach>;
const refreshMs = 3_000;

function useReach() {
  const app = useApp();
  /** The entry of this browser. */
  const ownId = useSignal<string | undefined>(undefined);
  const userId = app.session.value?.actor.userId ?? '';
  const { data, problem, load } = useRefreshed<Reach>(
    async () => {
      const [answer, own] = await Promise.all([app.api.myReach(), ownReachId(userId).catch(() => undefined)]);
      ownId.value = own;
      return answer;
    },
    () => refreshMs,
  );
  return { reach: data, problem, ownId: ownId.value, load };
}

export function ReachPage() {
  const app = useApp();
  const { reach, problem, ownId, load } = useReach();
  const shown = reach.value;
  return (
    <main class="sheet reach" id="main" tabIndex={-1} data-testid="reach-page">
      <div class="sheet__head">
        <h1>{t('How I am reached')}</h1>
        <a class="calls__reach" href="#/calls">
          {t('My calls')}
        </a>
      </div>
      <ScrollBox label={t('Ways to reach me')} class="reach__scroll">
        <FormProblem text={problem.value} testId="reach-error" />
        {!shown && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
        {shown && (
          <>
            <p>
              {t('While Vigil is open and visible, a call comes up on its page.')} <Line reach={shown.screen} />
            </p>
            <ThisDevice reach={shown} ownId={ownId} onChange={load} />
            <Entries reach={shown} ownId={ownId} onChange={load} />
            {shown.offers.mail && <AddMail onChange={load} />}
          </>
        )}
        <p class="dim">
          {t(
            'Remove an entry that you do not know, and ask the operator for a new password: somebody else may have added it as {name}.',
            { name: app.session.value?.actor.name },
          )}
        </p>
      </ScrollBox>
    </main>
  );
}

function Line({ reach }: { reach: Reach['screen'] }) {
  const { kind, text } = reachLine(reach, useApp().now.value);
  return <span class={`reach__line reach__line--${kind}`}>{text}</span>;
}

type PartProps = { reach: Reach; ownId: string | undefined; onChange: () => Promise<void> };

/** The buttons that turn on the calls on this device, and that test the calls. */
function ThisDevice({ reach, ownId, onChange }: PartProps) {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const isRegistered = reach.entries.some(({ reachId, state }) => reachId === ownId && state.state !== 'down');
  const { state, text } = pushStateOf(pushAbility(), reach.offers.push, isRegistered);
  async function turnOn() {
    busy.value = true;
    problem.value = await turnPushOn(app.api, app.session.peek()?.actor.userId ?? '');
    await onChange();
    busy.value = false;
  }
  return (
    <section class="form form__group" aria-label={t('This device')}>
      <h2>{t('This device')}</h2>
      <p data-testid="push-state" data-state={state} class={state === 'on' ? 'is-good' : undefined}>
        {text}
      </p>
      {(state === 'off' || state === 'on') && (
        <div class="form__row">
          <button
            class={`button${state === 'off' ? ' button--primary' : ''}`}
            type="button"
            disabled={busy.value}
            data-testid="push-on"
            onClick={() => void turnOn()}
          >
            {state === 'off' ? t('Call me on this device') : t('Test now')}
          </button>
        </div>
      )}
      <FormProblem text={problem.value} testId="push-problem" />
    </section>
  );
}

function Entries({ reach, ownId, onChange }: PartProps) {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const now = app.now.value;
  async function remove(reachId: string) {
    const answer = await app.api.removeReach(reachId);
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok && reachId === ownId) await turnPushOff().catch(() => undefined);
    await onChange();
  }
  return (
    <section class="form form__group" aria-label={t('My entries')}>
      <h2>{t('My entries')}</h2>
      {reach.entries.length === 0 && (
        <p class="is-refused" data-testid="reach-none">
          {t('None: while Vigil is closed, nothing reaches you.')}
        </p>
      )}
      <ul class="reach__entries">
        {reach.entries.map((entry) => (
          <li key={entry.reachId} class="reach__entry" data-testid={`reach-${entry.reachId}`}>
            <span class="reach__what">
              <strong>{entry.label}</strong>{' '}
              <span class="dim">
                {entry.reachId === ownId ? t('this device · ') : ''}
                {entry.address} · {addedText(entry.addedAt, now)}
              </span>
              <br />
              <Line reach={entry.state} />
            </span>
            <button
              class="button button--small"
              type="button"
              data-acts-on={`remove ${entry.reachId}`}
              aria-label={t('Remove {label}', { label: entry.label })}
              onClick={() => void remove(entry.reachId)}
            >
              {t('Remove')}
            </button>
          </li>
        ))}
      </ul>
      <FormProblem text={problem.value} testId="reach-problem" />
    </section>
  );
}

function AddMail({ onChange }: { onChange: () => Promise<void> }) {
  const app = useApp();
  const address = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  async function save() {
    const typed = address.value.trim();
    problem.value = /^[^@\s]+@[^@\s]+$/.test(typed) ? undefined : t('Enter the whole address.');
    if (problem.value !== undefined) return;
    const answer = await app.api.addReach({
      channel: 'mail',
      label: 'E-mail',
      language: shownLanguage(),
      address: typed,
    });
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok) address.value = '';
    await onChange();
  }
  return (
    <form
      class="form form__group"
      noValidate
      aria-label={t('Add an e-mail address')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{t('Add an e-mail address')}</h2>
      <p class="dim">
        {t('An e-mail only informs. Vigil does not learn whether you have read it, and you cannot answer it.')}
      </p>
      <div class="form__row">
        <TextField
          label={t('Address')}
          name="reach-mail"
          maxLength={254}
          value={address.value}
          onValue={(value) => {
            address.value = value;
          }}
        />
        <button class="button" type="submit" data-testid="reach-mail-add">
          {t('Add')}
        </button>
      </div>
      <FormProblem text={problem.value} testId="reach-mail-problem" />
    </form>
  );
}
