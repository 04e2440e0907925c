/** The top bar: ward, pages, numbers of alarms, sound, time, and the person who is logged in. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { priorities } from '../../../contracts/priorities.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { openCount } from '../core/calls.ts';
import { sumOf } from '../core/duty-words.ts';
import { formatRoute, pagesFor, shownRoute } from '../core/routes.ts';
import { clockText } from '../core/times.ts';
import { soundStateText } from '../core/ward-sound-words.ts';
import { useApp } from '../shell/app.ts';
import { countsAlarms } from '../shell/shown-alarms.ts';
import { SpeakerMark } from './speaker-mark.tsx';

const tabs = {
  ward: { href: '#/', text: 'Ward' },
  calls: { href: '#/calls', text: 'Calls' },
  assignments: { href: '#/assignments', text: 'Assignments' },
  devices: { href: '#/devices', text: 'Devices' },
  audit: { href: '#/audit', text: 'Audit trail' },
} as const;

export function TopBar() {
  const app = useApp();
  const session = app.session.value;
  const page = shownRoute(app.route.value, app.may).page;
  if (!session) return null;
  return (
    <header class="bar">
      <a class="brand" href="#/" aria-label="Vigil, overview">
        <img src="/vigil.svg" alt="" width="24" height="24" />
        <span class="brand__name">Vigil</span>
      </a>
      {app.may('view-vitals') && <WardChoice />}
      <nav class="bar__nav" aria-label="Pages">
        {pagesFor(app.may).map((name) => (
          <Tab
            key={name}
            {...tabs[name]}
            current={name === page || (name === 'ward' && page === 'patient') || (name === 'calls' && page === 'reach')}
          >
            {name === 'calls' && <CallCount />}
            {name === 'assignments' && <WaitingCount />}
          </Tab>
        ))}
      </nav>
      {app.watches.value && <AlarmCounts />}
      <span class="bar__gap" />
      {app.watches.value && <SoundState />}
      <Clock />
      <div class="bar__who">
        <span data-testid="who" title={session.actor.name} data-may-shorten>
          {session.actor.name}
        </span>
        <span class="dim">{session.actor.role}</span>
      </div>
      <button class="button" type="button" data-testid="logout" onClick={() => void app.logOut()}>
        Log out
      </button>
    </header>
  );
}

/** The number of assignments that wait for this person. */
function WaitingCount() {
  const count = sumOf(useApp().waitingDuties.wards.value);
  if (count === 0) return null;
  return (
    <span class="tab__waiting" data-testid="tab-waiting">
      {' '}
      {count}
      <span class="unseen"> wait for you</span>
    </span>
  );
}

/** The number of the open calls of this person. */
function CallCount() {
  const count = openCount(useApp().delivery.cards.value);
  return count === 0 ? null : <span class="tab__count"> {count}</span>;
}

function Tab(props: { href: string; text: string; current: boolean; children: ComponentChildren }) {
  const { href, text, current, children } = props;
  return (
    <a class="tab" href={href} aria-current={current ? 'page' : undefined}>
      {text}
      {children}
    </a>
  );
}

function WardChoice() {
  const app = useApp();
  const wards = useSignal<readonly string[]>([]);
  const session = app.session.value;
  useEffect(() => {
    void app.api.wards().then((answer) => {
      if (answer.ok) wards.value = answer.data.wards.map((ward) => ward.ward);
    });
  }, [session?.actor.userId]);
  const ownWards = session?.wards.filter((ward) => ward !== '*') ?? [];
  const allWards = [...new Set([...ownWards, ...wards.value])].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const choices = allWards.length === 1 ? allWards : ['*', ...allWards];
  const chosenWard = app.ward.value;
  return (
    <select
      class="bar__ward"
      aria-label="Ward"
      data-testid="ward-choice"
      data-may-shorten
      title={chosenWard === '*' ? 'All my wards' : chosenWard}
      value={chosenWard}
      onChange={(event) => {
        app.setWard(event.currentTarget.value);
        // The assignment board changes to this ward. Every other page changes to the overview of the ward.
        if (app.route.peek().page === 'assignments') app.go({ page: 'assignments', ward: undefined });
        else app.go({ page: 'ward', ward: event.currentTarget.value });
      }}
    >
      {(choices.includes(chosenWard) ? choices : [chosenWard, ...choices]).map((ward) => (
        <option key={ward} value={ward} selected={ward === chosenWard}>
          {ward === '*' ? 'All my wards' : ward}
        </option>
      ))}
    </select>
  );
}

/** The numbers of unanswered alarms by priority. All three are always shown, each at its fixed place. */
function AlarmCounts() {
  const app = useApp();
  const counts: Record<Priority, number> = { high: 0, medium: 0, low: 0 };
  for (const alarm of app.screen.value?.alarms.values() ?? []) if (isUnanswered(alarm)) counts[alarm.priority]++;
  return (
    <ul class="counts" aria-label="Unanswered alarms">
      {priorities.map((priority) => (
        <li
          key={priority}
          class={`count count--${priority}${counts[priority] > 0 ? '' : ' is-none'}`}
          data-testid={`count-${priority}`}
          {...countsAlarms(priority, counts[priority])}
          title={`${counts[priority]} unanswered ${priority} alarms`}
        >
          <span class="count__mark" aria-hidden="true">
            {priorityMarks[priority]}
          </span>
          <span class="unseen">{priority}: </span>
          {counts[priority]}
        </li>
      ))}
    </ul>
  );
}

function SoundState() {
  const app = useApp();
  const state = app.speakerState.value;
  const { wards, silent } = app.wardSounds;
  const owners = soundStateText(wards.value, silent.value);
  if (state === 'on' && owners !== undefined)
    return (
      <span class="bar__sound bar__sound--owned" data-testid="sound-state" title={owners}>
        <SpeakerMark crossed={silent.value.size > 0} />
        {owners}
      </span>
    );
  return (
    <span class={`bar__sound${state === 'on' ? '' : ' is-off'}`} data-testid="sound-state">
      {state === 'on' ? 'Sound on' : 'Sound off'}
    </span>
  );
}

function Clock() {
  const app = useApp();
  return (
    <time class="bar__clock" data-testid="clock">
      {clockText(app.now.value)}
    </time>
  );
}

/** Returns the address of the page of a patient. */
export function patientHref(associationId: string): string {
  return formatRoute({ page: 'patient', associationId });
}
