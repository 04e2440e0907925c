/** The routes of the page, which are written after `#` in its address. Each route can be a bookmark. */
import type { Permission } from '../../protocol/permissions.ts';

export type Route =
  | { readonly page: 'ward'; readonly ward: string | undefined }
  | { readonly page: 'patient'; readonly associationId: string }
  /** `ward` is the ward of the board. It does not change which wards the screen watches. */
  | { readonly page: 'assignments'; readonly ward: string | undefined }
  | { readonly page: 'calls' }
  /** How the person can be reached. */
  | { readonly page: 'reach' }
  /** Why nobody came to an alarm. */
  | { readonly page: 'why'; readonly alarmId: string }
  | { readonly page: 'devices' }
  | { readonly page: 'audit' };

/** Returns the route in the address; the ward's overview if the address is unknown, so that a wrong link shows patients. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const name = decode(parts[1] ?? '');
  switch (parts[0]) {
    case 'patient':
      return name === '' ? { page: 'ward', ward: undefined } : { page: 'patient', associationId: name };
    case 'assignments':
      return { page: 'assignments', ward: name === '' ? undefined : name };
    case 'alarms':
      return name !== '' && parts[2] === 'why' ? { page: 'why', alarmId: name } : { page: 'ward', ward: undefined };
    case 'calls':
    case 'reach':
    case 'devices':
      return { page: parts[0] };
    case 'audit':
      return { page: 'audit' };
    default:
      return { page: 'ward', ward: parts[0] === 'ward' && name !== '' ? name : undefined };
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'ward':
      return route.ward === undefined ? '#/' : `#/ward/${encodeURIComponent(route.ward)}`;
    case 'patient':
      return `#/patient/${encodeURIComponent(route.associationId)}`;
    case 'assignments':
      return route.ward === undefined ? '#/assignments' : `#/assignments/${encodeURIComponent(route.ward)}`;
    case 'why':
      return `#/alarms/${encodeURIComponent(route.alarmId)}/why`;
    case 'calls':
    case 'reach':
    case 'devices':
      return `#/${route.page}`;
    case 'audit':
      return '#/audit';
  }
}

type Page = Route['page'];
type May = (permission: Permission) => boolean;

/**
 * Returns the pages in the top bar that a person may use, in order. A page needs the same permission as the server's
 * routes that it calls.
 */
export function pagesFor(may: May): Exclude<Page, 'patient' | 'reach' | 'why'>[] {
  const pages: Exclude<Page, 'patient' | 'reach' | 'why'>[] = [];
  if (may('view-vitals')) pages.push('ward');
  if (may('associate-device')) pages.push('devices');
  if (may('take-duty')) pages.push('calls', 'assignments');
  if (may('view-audit')) pages.push('audit');
  return pages;
}

/** Returns the route to show: `asked`, or the person's first page if the person may not use the asked page. */
export function shownRoute(asked: Route, may: May): Route {
  const pages = pagesFor(may);
  if (asked.page === 'why' && may('see-explanations')) return asked;
  if (
    asked.page === 'reach'
      ? may('take-duty')
      : asked.page === 'patient'
        ? may('view-vitals')
        : asked.page !== 'why' && pages.includes(asked.page)
  )
    return asked;
  const page = pages[0] ?? 'ward';
  return page === 'ward' || page === 'assignments' ? { page, ward: undefined } : { page };
}

/**
 * Returns the ward whose assignment board is shown; undefined if the person must choose.
 * @param asked the ward in the address
 * @param watched the ward that the screen watches, `*` for all wards of the person
 * @param wards the wards of the person
 */
export function boardWard(asked: string | undefined, watched: string, wards: readonly string[]): string | undefined {
  if (asked !== undefined) return asked;
  if (watched !== '*') return watched;
  return wards.length === 1 ? wards[0] : undefined;
}
