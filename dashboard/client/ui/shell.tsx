/**
 * The frame of the page: top bar, notices, and the page that the address names. Without a login, it shows the login
 * page.
 */
import { shownRoute } from '../core/routes.ts';
import { t, texts } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { useKeys } from '../shell/keys.ts';
import { Announcer } from './announcer.tsx';
import { BedSearch } from './bed-search.tsx';
import { CallSheet } from './call-sheet.tsx';
import { CallsPage } from './calls-page.tsx';
import { KeysHelp } from './keys-help.tsx';
import { LazyPage } from './lazy-page.tsx';
import { LockStrip } from './lock-strip.tsx';
import { LoginPage } from './login-page.tsx';
import { LostBanner } from './lost-banner.tsx';
import { NewPasswordPage } from './new-password-page.tsx';
import { Notices } from './notices.tsx';
import { PatientPage } from './patient-page.tsx';
import { SelectedAlarmStrip } from './selected-alarm.tsx';
import { TopBar } from './top-bar.tsx';
import { WardPage } from './ward-page.tsx';

export function Shell() {
  const app = useApp();
  const session = app.session.value;
  if (session === undefined)
    return (
      <main class="page-wait" aria-busy="true">
        <p role="status">{app.sessionProblem.value ?? t('Connecting to Vigil …')}</p>
      </main>
    );
  if (session === null) return <LoginPage />;
  if (session.mustChangePassword) return <NewPasswordPage />;
  return (
    <div class={`page${app.link.value === 'lost' ? ' is-lost' : ''}`}>
      <button class="skip" type="button" onClick={skipToMain}>
        {t('Skip to content')}
      </button>
      <TopBar />
      <LockStrip />
      <Notices />
      <CallSheet />
      <CurrentPage />
      <SelectedAlarmStrip />
      <KeyDialog />
      {app.watches.value && <LostBanner />}
      <Announcer title={titles[shownRoute(app.route.value, app.may).page]} />
    </div>
  );
}

function KeyDialog() {
  const { value: dialog } = useKeys().dialog;
  if (dialog === 'help') return <KeysHelp />;
  return dialog === 'search' ? <BedSearch /> : null;
}

/** Focuses the main content. A link cannot do this, because the part of the address after `#` is the route. */
function skipToMain() {
  document.getElementById('main')?.focus();
}

function CurrentPage() {
  const app = useApp();
  if (app.locked.value) return app.watches.value ? <WardPage /> : null;
  const route = shownRoute(app.route.value, app.may);
  if (route.page === 'calls') return <CallsPage />;
  if (route.page === 'patient')
    return <PatientPage key={route.associationId} associationId={route.associationId} search={route.search ?? ''} />;
  if (route.page !== 'ward') return <LazyPage route={route} />;
  return <WardPage />;
}

const titles = texts({
  ward: 'Ward · Vigil',
  patient: 'Patient · Vigil',
  waves: 'Waves · Vigil',
  assignments: 'Assignments · Vigil',
  alarms: 'Alarm history · Vigil',
  calls: 'My calls · Vigil',
  reach: 'How I am reached · Vigil',
  devices: 'Devices · Vigil',
  shift: 'Shift · Vigil',
  wards: 'Wards · Vigil',
  why: 'Why did nobody come? · Vigil',
  strip: 'Strip of an alarm · Vigil',
  audit: 'Audit trail · Vigil',
  accounts: 'Accounts · Vigil',
});
