import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../../server/core/rights.ts';
import { boardWard, formatRoute, pagesFor, parseRoute, type Route, shownRoute } from './routes.ts';

describe('parseRoute and formatRoute', () => {
  it.each([
    { page: 'ward', ward: undefined },
    { page: 'ward', ward: 'ICU 1 / Süd' },
    { page: 'ward', ward: 'ICU', sector: 'Nord & Süd / 1' },
    { page: 'patient', associationId: '0197f2a0-0000-7000-8000-000000000001' },
    { page: 'patient', associationId: 'a b/c?', search: 'span=7d' },
    { page: 'assignments', ward: undefined },
    { page: 'assignments', ward: 'ICU 1 / Süd' },
    { page: 'alarms', ward: undefined, filters: { period: '24h' } },
    { page: 'alarms', ward: '*', filters: { period: 'night' } },
    {
      page: 'alarms',
      ward: 'ICU 1 / Süd?',
      filters: { period: '72h', bed: '3 & 4', person: 'nora', condition: 'HR.high', patient: 'a-1', priority: 'high' },
    },
    { page: 'waves', associationId: '0197f2a0-0000-7000-8000-000000000001' },
    { page: 'waves', associationId: 'a b', at: Date.UTC(2026, 9, 25, 0, 30, 0, 125) },
    { page: 'calls' },
    { page: 'reach' },
    { page: 'why', alarmId: 'YY7RK-cVHUyBoIKHxob7Rx' },
    { page: 'devices' },
    { page: 'devices', ward: 'ICU 2/North' },
    { page: 'wards' },
    { page: 'shift', ward: undefined },
    { page: 'shift', ward: 'ICU 2/North', since: '2026-01-01T07:00:00.000Z', bed: 'Bed & 1' },
    { page: 'audit' },
  ] as const satisfies readonly Route[])('the route %o is read back from its address', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nonsense', '#/patient', '#/patient/', '#/waves/', '#/ward/%E0%A4%A', 'ward'])(
    'the address "%s" shows the overview',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'ward', ward: undefined });
    },
  );
});

describe('pagesFor and shownRoute', () => {
  // A page needs the permission of the server route that it calls. `/api/devices` needs the permission to associate.
  it.each([
    [
      'nurse',
      ['ward', 'alarms', 'devices', 'calls', 'assignments'],
      { devices: 'devices', patient: 'patient', reach: 'reach', why: 'why' },
    ],
    [
      'physician',
      ['ward', 'alarms', 'calls', 'assignments'],
      { devices: 'ward', calls: 'calls', audit: 'ward', why: 'why' },
    ],
    [
      'technician',
      ['devices', 'calls', 'assignments'],
      { ward: 'devices', patient: 'devices', waves: 'devices', alarms: 'devices', audit: 'devices', why: 'devices' },
    ],
    [
      'auditor',
      ['audit'],
      { ward: 'audit', alarms: 'audit', calls: 'audit', reach: 'audit', patient: 'audit', waves: 'audit', why: 'why' },
    ],
  ] as const)('a %s is offered no page that the server would refuse', (role, pages, shown) => {
    const may = (permission: string) => permissionsOf(role).some((granted) => granted === permission);
    expect(pagesFor(may)).toEqual(pages);
    const route = (page: string) => ({ page, ward: undefined, associationId: 'a' }) as unknown as Route;
    for (const [asked, page] of Object.entries(shown))
      expect([asked, shownRoute(route(asked), may).page]).toEqual([asked, page]);
  });
});

it.each([
  ['icu', '*', ['icu', 'sd'], 'icu'],
  ['icu', 'sd', ['icu', 'sd'], 'icu'],
  [undefined, 'sd', ['icu', 'sd'], 'sd'],
  [undefined, '*', ['icu', 'sd'], undefined],
  [undefined, '*', ['icu'], 'icu'],
  [undefined, '*', [], undefined],
])(
  'with the ward %s in the address, a screen that watches %s of the wards %o shows the board of %s',
  (asked, watched, wards, ward) => expect(boardWard(asked, watched, wards)).toBe(ward),
);
