/** The top bar: ward, pages, numbers of alarms, sound, time, and the person who is logged in. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { priorities } from '../../../contracts/priorities.ts';
import { noFilters } from '../core/alarm-filters.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { openCount } from '../core/calls.ts';
import { sumOf } from '../core/duty-words.ts';
import { priorityNames } from '../core/name-words.ts';
import { formatRoute, pagesFor, shownRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { labelledClock } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { countsAlarms } from '../shell/shown-alarms.ts';
import { KeysButton } from './keys-help.tsx';
import { SoundState } from './sound-state.tsx';

const tabs = {
  ward: {
    href: '#/',
    get text() {
      return t('Ward');
    },
  },
  alarms: {
    href: '#/alarms',
    get text() {
      return t('Alarm history');
    },
    get short() {
      return t('History');
    },
  },
  calls: {
    href: '#/calls',
    get text() {
      return t('Calls');
    },
  },
  assignments: {
    href: '#/assignments',
    get text() {
      return t('Assignments');
    },
  },
  devices: {
    href: '#/devices',
    get text() {
      return t('Devices');
    },
  },
  audit: {
    href: '#/audit',
    get text() {
      return t('Audit trail');
    },
  },
  accounts: {
    href: '#/accounts',
    get text() {
      return t('Accounts');
    },
  },
} as const;

export function TopBar() {
  const app = useApp();
  const session = app.session.value;
  const page = shownRoute(app.route.value, app.may).page;
  if (!session) return null;
  return (
    <header class="bar">
      <a class="brand" href="#/" aria-label={t('Vigil, overview')}>
        <img src="/vigil.svg" alt="" width="24" height="24" />
        <span class="brand__name">Vigil</span>
      </a>
      {app.may('view-vitals') && <WardChoice />}
      <nav class="bar__nav" aria-label={t('Pages')}>
        {app.may('view-vitals') && hasSeveralWards(session.wards) && (
          <Tab href="#/wards" text={t('Wards')} current={page === 'wards'} />
        )}
        {pagesFor(app.may).map((name) => (
          <Tab
            key={name}
            {...tabs[name]}
            current={
              name === page ||
              (name === 'ward' && page === 'patient') ||
              (name === 'alarms' && (page === 'why' || page === 'strip')) ||
              (name === 'assignments' && page === 'shift') ||
              (name === 'calls' && page === 'reach')
            }
          >
            {name === 'calls' && <CallCount />}
            {name === 'assignments' && <WaitingCount />}
          </Tab>
        ))}
      </nav>
      {app.watches.value && <AlarmCounts />}
      {app.watches.value ? <SoundState /> : <span class="bar__gap" />}
      <Clock />
      <div class="bar__who">
        <span data-testid="who" title={session.actor.name} data-may-shorten>
          {session.actor.name}
        </span>
        <span class="dim">{t(session.actor.role)}</span>
      </div>
      <KeysButton />
      {/*
       * A wall display has no button "Log out", because anybody could press it. An administrator ends the session on
       * the accounts page.
       */}
      {session.actor.role !== 'display' && (
        <button class="button" type="button" data-testid="logout" onClick={() => void app.logOut()}>
          {t('Log out')}
        </button>
      )}
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
      <span class="unseen"> {t('wait for you')}</span>
    </span>
  );
}

function CallCount() {
  const count = openCount(useApp().delivery.cards.value);
  return count === 0 ? null : <span class="tab__count"> {count}</span>;
}

type TabProps = { href: string; text: string; short?: string; current: boolean; children?: ComponentChildren };

/** Returns whether an account may see more than one ward. */
const hasSeveralWards = (wards: readonly string[]) => wards.length > 1 || wards.includes('*');

/** @param props `short`: the text on a phone */
function Tab({ href, text, short, current, children }: TabProps) {
  return (
    <a class="tab" href={href} aria-label={short && text} aria-current={current ? 'page' : undefined}>
      {short === undefined ? text : <TabText text={text} short={short} />}
      {children}
    </a>
  );
}

function TabText({ text, short }: { text: string; short: string }) {
  return (
    <>
      <span class="tab__text">{text}</span>
      <span class="tab__short">{short}</span>
    </>
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
      aria-label={t('Ward')}
      data-testid="ward-choice"
      data-may-shorten
      title={chosenWard === '*' ? t('All my wards') : chosenWard}
      value={chosenWard}
      onChange={(event) => {
        app.setWard(event.currentTarget.value);
        // The assignment board, the summary of a shift and the alarm history show the chosen ward. From every other
        // page, the choice leads to the overview of the ward.
        const { page } = app.route.peek();
        if (page === 'assignments' || page === 'shift') app.go({ page, ward: undefined });
        else if (page === 'alarms') app.go({ page, ward: undefined, filters: noFilters });
        else app.go({ page: 'ward', ward: event.currentTarget.value });
      }}
    >
      {(choices.includes(chosenWard) ? choices : [chosenWard, ...choices]).map((ward) => (
        <option key={ward} value={ward} selected={ward === chosenWard}>
          {ward === '*' ? t('All my wards') : ward}
        </option>
      ))}
    </select>
  );
}

/**
 * The numbers of unanswered alarms by priority. The top bar always shows all three numbers, each at its fixed place.
 */
function AlarmCounts() {
  const app = useApp();
  const counts: Record<Priority, number> = { high: 0, medium: 0, low: 0 };
  for (const alarm of app.screen.value?.alarms.values() ?? []) if (isUnanswered(alarm)) counts[alarm.priority]++;
  return (
    <ul class="counts" aria-label={t('Unanswered alarms')}>
      {priorities.map((priority) => (
        <li
          key={priority}
          class={`count count--${priority}${counts[priority] > 0 ? '' : ' is-none'}`}
          data-testid={`count-${priority}`}
          {...countsAlarms(priority, counts[priority])}
          title={t('{n} unanswered {priority} alarms', { n: counts[priority], priority: priorityNames[priority] })}
        >
          <span class="count__mark" aria-hidden="true">
            {priorityMarks[priority]}
          </span>
          <span class="unseen">{priorityNames[priority]}: </span>
          {counts[priority]}
        </li>
      ))}
    </ul>
  );
}

function Clock() {
  const app = useApp();
  // The label of the zone has smaller letters than the time.
  const [time, ...label] = labelledClock(app.now.value).split(' ');
  return (
    <time class="bar__clock" data-testid="clock">
      {time} <span class="bar__zone">{label.join(' ')}</span>
    </time>
  );
}

/** Returns the address of the page of a patient. */
export function patientHref(associationId: string): string {
  return formatRoute({ page: 'patient', associationId });
}
