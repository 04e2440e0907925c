/** The page "My calls": all calls of the person, the most urgent first. */
import { openCount } from '../core/calls.ts';
import { useApp } from '../shell/app.ts';
import { showsCalls } from '../shell/shown-calls.ts';
import { CallCardView } from './call-card.tsx';

export function CallsPage() {
  const app = useApp();
  const cards = app.delivery.cards.value;
  const open = cards.filter(({ state }) => state !== 'gone').map(({ call }) => call.callId);
  const count = openCount(cards);
  return (
    <main class="sheet calls" id="main" tabIndex={-1} data-testid="calls-page">
      <div class="sheet__head" {...showsCalls(open)}>
        <h1>{count === 0 ? 'My calls' : `My calls: ${count}`}</h1>
        {app.delivery.isOffered.value && (
          <a class="calls__reach" href="#/reach">
            How I am reached
          </a>
        )}
      </div>
      <div class="sheet__scroll calls__list">
        {cards.length === 0 && (
          <p class="dim sheet__none">
            {app.delivery.isOffered.value
              ? 'Nobody calls you now. A call comes up on each page of Vigil. Your duties are under Assignments.'
              : 'The server has not said yet that it calls persons. Watch the ward.'}
          </p>
        )}
        {cards.map((card) => (
          <CallCardView key={card.alarm.alarmId} card={card} />
        ))}
      </div>
    </main>
  );
}
