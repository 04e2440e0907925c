/** The frame of the page: top bar, notices, and the page that the address names; or the login page. */
import { shownRoute } from '../core/routes.ts';
import { useApp } from '../shell/app.ts';
import { Announcer } from './announcer.tsx';
import { AssignmentsPage } from './assignments-page.tsx';
import { AuditPage } from './audit-page.tsx';
import { CallSheet } from './call-sheet.tsx';
import { CallsPage } from './calls-page.tsx';
import { DevicesPage } from './devices-page.tsx';
import { LockStrip } from './lock-strip.tsx';
import { LoginPage } from './login-page.tsx';
import { LostBanner } from './lost-banner.tsx';
import { Notices } from './notices.tsx';
import { PatientPage } from './patient-page.tsx';
import { ReachPage } from './reach-page.tsx';
import { TopBar } from './top-bar.tsx';
import { WardPage } from './ward-page.tsx';
import { WhyPage } from './why-page.tsx';

export function Shell() {
  const app = useApp();
  const session = app.session.value;
  if (session === undefined)
    return (
      <main class="page-wait" aria-busy="true">
        <p role="status">{app.sessionProblem.value ?? 'Connecting to Vigil …'}</p>
      </main>
    );
  if (session === null) return <LoginPage />;
  return (
    <div class={`page${app.link.value === 'lost' ? ' is-lost' : ''}`}>
      <button class="skip" type="button" onClick={skipToMain}>
        Skip to content
      </button>
      <TopBar />
      <LockStrip />
      <Notices />
      <CallSheet />
      <CurrentPage />
      {app.watches.value && <LostBanner />}
      <Announcer title={titles[shownRoute(app.route.value, app.may).page]} />
    </div>
  );
}

/** Focuses the main content. A link cannot do this, because the part of the address after `#` names the page. */
function skipToMain() {
  document.getElementById('main')?.focus();
}

function CurrentPage() {
  const app = useApp();
  if (app.locked.value) return app.watches.value ? <WardPage /> : null;
  const route = shownRoute(app.route.value, app.may);
  if (route.page === 'audit') return <AuditPage />;
  if (route.page === 'calls') return <CallsPage />;
  if (route.page === 'reach') return <ReachPage />;
  if (route.page === 'why') return <WhyPage key={route.alarmId} alarmId={route.alarmId} />;
  if (route.page === 'assignments') return <AssignmentsPage />;
  if (route.page === 'devices') return <DevicesPage />;
  if (route.page === 'patient') return <PatientPage key={route.associationId} associationId={route.associationId} />;
  return <WardPage />;
}

const titles = {
  ward: 'Ward · Vigil',
  patient: 'Patient · Vigil',
  assignments: 'Assignments · Vigil',
  calls: 'My calls · Vigil',
  reach: 'How I am reached · Vigil',
  devices: 'Devices · Vigil',
  why: 'Why did nobody come? · Vigil',
  audit: 'Audit trail · Vigil',
};
