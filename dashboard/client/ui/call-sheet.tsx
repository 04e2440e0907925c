/**
 * The sheet that appears on every page when a call waits for the person. The sheet shows the most urgent call, and has
 * one line about all other calls. A person can fold the sheet to one line.
 */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { lookOf, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { shortStateText } from '../core/call-words.ts';
import { type CallCard, isDeliveryDownFor, isFolded, sheetCards } from '../core/calls.ts';
import { priorityNames } from '../core/name-words.ts';
import { placeText } from '../core/numerics.ts';
import { shownRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { showsCalls } from '../shell/shown-calls.ts';
import { CallCardView } from './call-card.tsx';
import { useCommonBeat } from './flash.ts';

export function CallSheet() {
  const app = useApp();
  const isCallsPage = shownRoute(app.route.value, app.may).page === 'calls' && !app.locked.value;
  const cards = sheetCards(app.delivery.cards.value, app.now.value);
  const [first, ...others] = cards;
  return (
    <>
      <CallAnnouncer cards={cards} />
      {first && !isCallsPage && <Sheet first={first} others={others} />}
    </>
  );
}

function Sheet({ first, others }: { first: CallCard; others: readonly CallCard[] }) {
  const app = useApp();
  const box = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  hadFocus.current = box.current?.contains(document.activeElement) ?? false;
  const cards = [first, ...others];
  const folded = isFolded(cards, app.delivery.foldedIds.value);
  // When the sheet disappears, moves its focus to the page, so that a person who uses keys need not start at the top.
  useEffect(
    () => () => {
      if (hadFocus.current) document.getElementById('main')?.focus();
    },
    [],
  );
  useLayoutEffect(() => {
    if (hadFocus.current && !box.current?.contains(document.activeElement))
      box.current?.querySelector<HTMLElement>('[data-fold]')?.focus();
  }, [folded]);
  return (
    <section ref={box} class="call-sheet" aria-label={t('Calls to you')} data-testid="call-sheet" data-folded={folded}>
      {folded ? (
        <FoldedLine first={first} others={others} />
      ) : (
        <>
          <div class="call-sheet__card">
            <CallCardView key={first.alarm.alarmId} card={first} act={<FoldButton cards={cards} />} />
          </div>
          {others.length > 0 && <Others cards={others} />}
        </>
      )}
    </section>
  );
}

/**
 * The button that folds the sheet to one line, so that the person can use the page behind it. A new call opens the
 * sheet again.
 */
function FoldButton({ cards }: { cards: readonly CallCard[] }) {
  const app = useApp();
  return (
    <button
      class="button call__fold"
      type="button"
      data-fold
      data-testid="call-fold"
      aria-expanded="true"
      data-acts-on="fold the calls"
      onClick={() => app.delivery.fold(cards)}
    >
      {t('Fold')}
    </button>
  );
}

/** The folded sheet. It shows the most urgent call with bed, alarm and time left, and the number of the other calls. */
function FoldedLine({ first, others }: { first: CallCard; others: readonly CallCard[] }) {
  const app = useApp();
  const { alarm, call, state } = first;
  const mark = useRef<HTMLSpanElement>(null);
  const look = state === 'gone' ? 'over' : lookOf(alarm);
  useCommonBeat(mark, state !== 'gone' && isUnanswered(alarm) ? `${alarm.alarmId}${look}` : undefined);
  const open = [first, ...others].filter((card) => card.state !== 'gone');
  const more = others.filter((card) => card.state !== 'gone').length;
  const { priority } = alarm;
  return (
    <button
      class="call-line"
      type="button"
      data-fold
      data-testid="call-line"
      aria-expanded="false"
      data-acts-on="open the calls"
      {...showsCalls(open.map((card) => card.call.callId))}
      onClick={app.delivery.unfold}
    >
      <span ref={mark} class={`call-line__mark look look--${priority} is-${look}`} data-mark={priorityMarks[priority]}>
        {priorityMarks[priority]}
        <span class="unseen"> {t('{priority} priority', { priority: priorityNames[priority] })}</span>
      </span>
      <span class="call-line__text">
        {placeText(call.bed ?? undefined, alarm.deviceId, true)} <strong>{alarmText(alarm)}</strong>
        {more > 0 && <span> {t('and 1 more call|and {n} more calls', { n: more })}</span>}
      </span>
      <span class="call-line__state" data-testid="call-line-state">
        {shortStateText(first, isDeliveryDownFor(first, app.screen.value?.deliveryDown), app.now.value)}
      </span>
      <span class="call-line__open">{t('Open')}</span>
    </button>
  );
}

/** Names the most urgent of the other calls, and gives the number of the rest. */
function Others({ cards }: { cards: readonly CallCard[] }) {
  const app = useApp();
  const open = cards.filter(({ state }) => state !== 'gone');
  const [next] = open;
  if (!next) return null;
  return (
    <p class="call-sheet__others" {...showsCalls(open.map(({ call }) => call.callId))} data-testid="other-calls">
      <strong>{t('{n} more call:|{n} more calls:', { n: open.length })}</strong>{' '}
      <span class="call-sheet__other">
        {priorityMarks[next.alarm.priority]} {placeText(next.call.bed ?? undefined, next.alarm.deviceId, true)}{' '}
        {alarmText(next.alarm)}
      </span>
      {open.length > 1 && <span>{t('and {more} more', { more: open.length - 1 })} </span>}
      {!app.locked.value && <a href="#/calls">{t('Show all')}</a>}
    </p>
  );
}

/** Announces the most urgent call to a screen reader, once. */
function CallAnnouncer({ cards }: { cards: readonly CallCard[] }) {
  const call = cards.find(({ state }) => state === 'waiting');
  const place = call && placeText(call.call.bed ?? undefined, call.alarm.deviceId, true);
  return (
    <div class="unseen" role="alert" data-testid="call-announcer">
      {call &&
        t('Call to bed {place}: {alarm}. Answer with I go, or I cannot.', { place, alarm: alarmText(call.alarm) })}
    </div>
  );
}
