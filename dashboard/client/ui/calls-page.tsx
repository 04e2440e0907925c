/**
 * The page "My calls". It has all calls of the person, the most urgent call first. All alarms of the watched wards are
 * beside or below the calls.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { mostSeriousAlarm, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { openCount } from '../core/calls.ts';
import { placeText } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { showsCalls } from '../shell/shown-calls.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { CallCardView } from './call-card.tsx';
import { ScrollBox } from './scroll-box.tsx';

export function CallsPage() {
  const app = useApp();
  const cards = app.delivery.cards.value;
  const open = cards.filter(({ state }) => state !== 'gone').map(({ call }) => call.callId);
  const count = openCount(cards);
  return (
    <div class="ward ward--calls">
      <main class="sheet calls" id="main" tabIndex={-1} data-testid="calls-page">
        <div class="sheet__head" {...showsCalls(open)}>
          <h1>{count === 0 ? t('My calls') : t('My calls: {count}', { count })}</h1>
          {app.delivery.isOffered.value && (
            <a class="calls__reach" href="#/reach">
              {t('How I am reached')}
            </a>
          )}
        </div>
        <AlarmsBelow />
        <ScrollBox label={t('Calls')} class="calls__list">
          {cards.length === 0 && (
            <p class="dim sheet__none">
              {app.delivery.isOffered.value
                ? t('Nobody calls you now. A call comes up on each page of Vigil. Your duties are under Assignments.')
                : t('The server has not said yet that it calls persons. Watch the ward.')}
            </p>
          )}
          {cards.map((card) => (
            <CallCardView key={card.alarm.alarmId} card={card} />
          ))}
        </ScrollBox>
      </main>
      <AlarmPanel />
    </div>
  );
}

/**
 * On a phone the list of alarms is below the calls, and this button goes to the list. Of the unanswered alarms to which
 * this person is not called, the button names the most serious. A wide window has no such button, because it shows the
 * list beside the calls.
 */
function AlarmsBelow() {
  const app = useApp();
  const called = new Set(app.delivery.cards.value.map(({ alarm }) => alarm.alarmId));
  const screen = app.screen.value;
  const others = [...(screen?.alarms.values() ?? [])].filter(
    (alarm) => isUnanswered(alarm) && !called.has(alarm.alarmId),
  );
  const worst = mostSeriousAlarm(others);
  if (!worst) return null;
  const place = placeText(screen?.beds.get(worst.associationId), worst.deviceId, app.ward.value === '*');
  return (
    <button
      class="button calls__below"
      type="button"
      data-testid="alarms-below"
      data-acts-on="go to the alarms"
      onClick={() => document.querySelector('.ward--calls > .alarms')?.scrollIntoView()}
    >
      {t('{priorityMarks} {place} {alarm}{part}: no call to you', {
        priorityMarks: priorityMarks[worst.priority],
        place,
        alarm: alarmText(worst),
        part: worst.present ? '' : t(', ended'),
      })}
      {others.length > 1 && t(', and {more} more', { more: others.length - 1 })} ↓
    </button>
  );
}
