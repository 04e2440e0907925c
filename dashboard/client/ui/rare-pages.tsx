/**
 * The rarely used pages. They are one file of the build. The browser loads this file when a person first opens such a
 * page.
 */
import type { Route } from '../core/routes.ts';
import { addRareTexts } from '../core/texts.ts';
import { rareGerman } from '../german/rare.ts';
import { AccountsPage } from './accounts-page.tsx';
import { AlarmReviewPage } from './alarm-review-page.tsx';
import { AssignmentsPage } from './assignments-page.tsx';
import { AuditPage } from './audit-page.tsx';
import { DevicesPage } from './devices-page.tsx';
import { ReachPage } from './reach-page.tsx';
import { ShiftPage } from './shift-page.tsx';
import { StripPage } from './strip-page.tsx';
import { WardsPage } from './wards-page.tsx';
import { WavesPage } from './waves-page.tsx';
import { WhyPage } from './why-page.tsx';

addRareTexts(rareGerman);

/** Routes to pages that are in the first load of Vigil, because people see and answer alarms on these pages. */
type FirstLoadedPage = 'ward' | 'patient' | 'calls';
export type RareRoute = Exclude<Route, { readonly page: FirstLoadedPage }>;

export function RarePage({ route }: { route: RareRoute }) {
  switch (route.page) {
    case 'accounts':
      return <AccountsPage />;
    case 'alarms':
      return <AlarmReviewPage ward={route.ward} filters={route.filters} />;
    case 'assignments':
      return <AssignmentsPage />;
    case 'audit':
      return <AuditPage search={route.search ?? ''} />;
    case 'devices':
      return <DevicesPage key={route.ward ?? ''} ward={route.ward} />;
    case 'reach':
      return <ReachPage />;
    case 'shift':
      return <ShiftPage {...route} />;
    case 'strip':
      return <StripPage key={`${route.alarmId} ${route.onset}`} alarmId={route.alarmId} asked={route.onset ?? 1} />;
    case 'wards':
      return <WardsPage />;
    case 'waves':
      return <WavesPage key={route.associationId} associationId={route.associationId} at={route.at} />;
    case 'why':
      return <WhyPage key={route.alarmId} alarmId={route.alarmId} />;
  }
}
