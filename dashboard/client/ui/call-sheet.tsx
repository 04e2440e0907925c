/** The sheet that appears on every page when a call waits for the person. It shows the most urgent call, and one line for each other call. */
import { useEffect, useRef } from 'preact/hooks';
import { alarmText } from '../../../contracts/alarm-text.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { type CallCard, sheetCards } from '../core/calls.ts';
import { placeText } from '../core/numerics.ts';
import { shownRoute } from '../core/routes.ts';
import { useApp } from '../shell/app.ts';
import { showsCalls } from '../shell/shown-calls.ts';
import { CallCardView } from './call-card.tsx';

/** Maximum number of further calls that are named. */
const namedMax = 2;

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
  const box = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  hadFocus.current = box.current?.contains(document.activeElement) ?? false;
  // Without this, a person who uses keys would start again at the top of the page.
  useEffect(
    () => () => {
      if (hadFocus.current) document.getElementById('main')?.focus();
    },
    [],
  );
  return (
    <section ref={box} class="call-sheet" aria-label="Calls to you" data-testid="call-sheet">
      <div class="call-sheet__card">
        <CallCardView key={first.alarm.alarmId} card={first} />
      </div>
      {others.length > 0 && <Others cards={others} />}
    </section>
  );
}

/** Names some further calls and counts the rest. */
function Others({ cards }: { cards: readonly CallCard[] }) {
  const app = useApp();
  const open = cards.filter(({ state }) => state !== 'gone');
  if (open.length === 0) return null;
  return (
    <p class="call-sheet__others" {...showsCalls(open.map(({ call }) => call.callId))} data-testid="other-calls">
      <strong>
        {open.length} more {open.length === 1 ? 'call' : 'calls'}:
      </strong>{' '}
      {open.slice(0, namedMax).map(({ alarm, call }) => (
        <span key={alarm.alarmId} class="call-sheet__other">
          {priorityMarks[alarm.priority]} {placeText(call.bed ?? undefined, alarm.deviceId, true)} {alarmText(alarm)}
        </span>
      ))}
      {open.length > namedMax && <span>and {open.length - namedMax} more </span>}
      {!app.locked.value && <a href="#/calls">Show all</a>}
    </p>
  );
}

/** Announces the most urgent call to a screen reader, once. */
function CallAnnouncer({ cards }: { cards: readonly CallCard[] }) {
  const call = cards.find(({ state }) => state === 'waiting');
  const place = call && placeText(call.call.bed ?? undefined, call.alarm.deviceId, true);
  return (
    <div class="unseen" role="alert" data-testid="call-announcer">
      {call && `Call to bed ${place}: ${alarmText(call.alarm)}. Answer with I go, or I cannot.`}
    </div>
  );
}
