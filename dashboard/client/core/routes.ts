/** The routes of the page, which are written after `#` in its address. Each route can be a bookmark. */
import type { Permission } from '../../protocol/permissions.ts';
import { type AlarmFilters, formatFilters, noFilters, parseFilters } from './alarm-filters.ts';

export type Route =
  /**
   * `sector`: the sector of the ward that this screen shows. If absent, the screen shows the part that the browser has
   * stored.
   */
  | { readonly page: 'ward'; readonly ward: string | undefined; readonly sector?: string }
  /** `search` is the text that chooses the trends (trend-view.ts). */
  | { readonly page: 'patient'; readonly associationId: string; readonly search?: string }
  /** `ward` is the ward of the board. It does not change which wards the screen watches. */
  | { readonly page: 'assignments'; readonly ward: string | undefined }
  | { readonly page: 'calls' }
  /** How the person can be reached. */
  | { readonly page: 'reach' }
  /** The alarm history. `ward`: `*` for all wards of the person; undefined for the ward that the screen watches. */
  | { readonly page: 'alarms'; readonly ward: string | undefined; readonly filters: AlarmFilters }
  /** The waves of a stay. `at`: the instant in the middle of the view, ms since 1970; absent for the present. */
  | { readonly page: 'waves'; readonly associationId: string; readonly at?: number }
  /** The page "Why did nobody come?" about an alarm. */
  | { readonly page: 'why'; readonly alarmId: string }
  /** The summary of a shift. `since`: an instant; undefined for the beginning of this shift. `bed`: only this bed. */
  | { readonly page: 'shift'; readonly ward: string | undefined; readonly since?: string; readonly bed?: string }
  /** The overview of the wards, for people in charge. */
  | { readonly page: 'wards' }
  /** `ward`: the page shows the devices of this ward; undefined for all wards of the person. */
  | { readonly page: 'devices'; readonly ward?: string }
  | { readonly page: 'accounts' }
  /** The waves around the onset of an alarm. */
  | { readonly page: 'strip'; readonly alarmId: string; readonly onset?: number }
  /** The audit trail. `search` is the text of its search (audit-search.ts). */
  | { readonly page: 'audit'; readonly search?: string };

/**
 * Returns the route in the address. For an unknown address returns the overview of the ward, so that a wrong link shows
 * patients.
 */
export function parseRoute(hash: string): Route {
  const [path = '', ...query] = hash.replace(/^#?\/?/, '').split('?');
  const search = query.join('?');
  const parts = path.split('/');
  const name = decode(parts[1] ?? '');
  switch (parts[0]) {
    case 'patient':
      if (name === '') return { page: 'ward', ward: undefined };
      return { page: 'patient', associationId: name, ...(search !== '' && { search }) };
    case 'waves':
      if (name === '') return { page: 'ward', ward: undefined };
      return { page: 'waves', associationId: name, ...instantOf(search) };
    case 'assignments':
      return { page: 'assignments', ward: name === '' ? undefined : name };
    case 'alarms':
      if (name !== '' && parts[2] === 'why') return { page: 'why', alarmId: name };
      if (name !== '' && parts[2] === 'strip') return { page: 'strip', alarmId: name, ...onsetOf(search) };
      return { page: 'alarms', ward: name === '' ? undefined : name, filters: parseFilters(search) };
    case 'shift':
      return { page: 'shift', ward: name === '' ? undefined : name, ...shiftSearch(search) };
    case 'calls':
    case 'reach':
    case 'wards':
    case 'accounts':
      return { page: parts[0] };
    case 'devices':
      return name === '' ? { page: 'devices' } : { page: 'devices', ward: name };
    case 'audit':
      return search === '' ? { page: 'audit' } : { page: 'audit', search };
    default:
      if (parts[0] !== 'ward' || name === '') return { page: 'ward', ward: undefined };
      return { page: 'ward', ward: name, ...sectorOfSearch(search) };
  }
}

/** Returns whether two routes show the same patient. The trends may differ. */
export function isSamePatient(a: Route, b: Route): boolean {
  return a.page === 'patient' && b.page === 'patient' && a.associationId === b.associationId;
}

/** Returns the sector of a search such as `sector=North`; an empty object without a sector. */
function sectorOfSearch(search: string): { sector?: string } {
  const sector = new URLSearchParams(search).get('sector');
  return sector ? { sector } : {};
}

/** Returns the instant of a search such as `at=2026-01-01T10:00:00.000Z`; an empty object without an instant. */
function instantOf(search: string): { at?: number } {
  const at = Date.parse(new URLSearchParams(search).get('at') ?? '');
  return Number.isNaN(at) ? {} : { at };
}

/** Returns the onset of a search such as `onset=2`; an empty object without an onset. */
function onsetOf(search: string): { onset?: number } {
  const onset = Number(new URLSearchParams(search).get('onset') ?? '');
  return Number.isInteger(onset) && onset >= 1 && onset <= 1_000_000 ? { onset } : {};
}

/** Returns the filters of the summary of a shift. Leaves out a beginning that is not an instant. */
function shiftSearch(text: string): { readonly since?: string; readonly bed?: string } {
  const search = new URLSearchParams(text);
  const [since, bed] = [search.get('since'), search.get('bed')];
  return { ...(since && !Number.isNaN(Date.parse(since)) && { since }), ...(bed && { bed }) };
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
      if (route.ward === undefined) return '#/';
      return `#/ward/${encodeURIComponent(route.ward)}${route.sector ? `?${new URLSearchParams({ sector: route.sector })}` : ''}`;
    case 'patient':
      return `#/patient/${encodeURIComponent(route.associationId)}${route.search ? `?${route.search}` : ''}`;
    case 'waves': {
      const at = route.at === undefined ? '' : `?at=${new Date(route.at).toISOString()}`;
      return `#/waves/${encodeURIComponent(route.associationId)}${at}`;
    }
    case 'assignments':
      return route.ward === undefined ? '#/assignments' : `#/assignments/${encodeURIComponent(route.ward)}`;
    case 'alarms': {
      const ward = route.ward === undefined ? '' : `/${encodeURIComponent(route.ward)}`;
      const filters = formatFilters(route.filters);
      return `#/alarms${ward}${filters === '' ? '' : `?${filters}`}`;
    }
    case 'shift': {
      const { ward, since, bed } = route;
      const search = new URLSearchParams({ ...(since && { since }), ...(bed && { bed }) }).toString();
      return `#/shift${ward === undefined ? '' : `/${encodeURIComponent(ward)}`}${search === '' ? '' : `?${search}`}`;
    }
    case 'why':
      return `#/alarms/${encodeURIComponent(route.alarmId)}/why`;
    case 'strip': {
      const onset = route.onset === undefined ? '' : `?onset=${route.onset}`;
      return `#/alarms/${encodeURIComponent(route.alarmId)}/strip${onset}`;
    }
    case 'calls':
    case 'reach':
    case 'wards':
    case 'accounts':
      return `#/${route.page}`;
    case 'devices':
      return route.ward === undefined ? '#/devices' : `#/devices/${encodeURIComponent(route.ward)}`;
    case 'audit':
      return route.search ? `#/audit?${route.search}` : '#/audit';
  }
}

type Page = Route['page'];
type May = (permission: Permission) => boolean;
/** The pages that the top bar may name. */
type PageOfBar = Exclude<Page, 'patient' | 'waves' | 'reach' | 'why' | 'strip' | 'wards' | 'shift'>;

/**
 * Returns the pages in the top bar that a person may use, in order. A page needs the permission of the server routes
 * that it calls.
 */
export function pagesFor(may: May): PageOfBar[] {
  const pages: PageOfBar[] = [];
  if (may('view-vitals')) pages.push('ward');
  if (may('view-patients')) pages.push('alarms');
  if (may('associate-device')) pages.push('devices');
  if (may('take-duty')) pages.push('calls', 'assignments');
  if (may('view-audit')) pages.push('audit');
  if (may('manage-accounts')) pages.push('accounts');
  return pages;
}

/** Returns the route to show: `asked`, or the person's first page if the person may not use the asked page. */
export function shownRoute(asked: Route, may: May): Route {
  const pages = pagesFor(may);
  if (asked.page === 'why' && may('see-explanations')) return asked;
  if ((asked.page === 'wards' || asked.page === 'shift') && may('view-patients')) return asked;
  if (
    asked.page === 'reach'
      ? may('take-duty')
      : asked.page === 'patient' || asked.page === 'waves' || asked.page === 'strip'
        ? may('view-patients')
        : asked.page !== 'why' && asked.page !== 'wards' && asked.page !== 'shift' && pages.includes(asked.page)
  )
    return asked;
  const page = pages[0] ?? 'ward';
  if (page === 'alarms') return { page, ward: undefined, filters: noFilters };
  return page === 'ward' || page === 'assignments' ? { page, ward: undefined } : { page };
}

/**
 * Returns the ward for the assignment board; undefined if the person must choose a ward.
 * @param asked the ward in the address
 * @param watched the ward that the screen watches, `*` for all wards of the person
 * @param wards the wards of the person
 */
export function boardWard(asked: string | undefined, watched: string, wards: readonly string[]): string | undefined {
  if (asked !== undefined) return asked;
  if (watched !== '*') return watched;
  return wards.length === 1 ? wards[0] : undefined;
}
