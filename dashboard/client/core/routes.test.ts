import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../../server/core/rights.ts';
import { boardWard, formatRoute, pagesFor, parseRoute, type Route, shownRoute } from './routes.ts';

describe('parseRoute and formatRoute', () => {
  it.each([
    { page: 'ward', ward: undefined },
    { page: 'ward', ward: 'ICU 1 / Süd' },
    { page: 'patient', associationId: '0197f2a0-0000-7000-8000-000000000001' },
    { page: 'assignments', ward: undefined },
    { page: 'assignments', ward: 'ICU 1 / Süd' },
    { page: 'calls' },
    { page: 'reach' },
    { page: 'why', alarmId: 'YY7RK-cVHUyBoIKHxob7Rx' },
    { page: 'devices' },
    { page: 'audit' },
  ] as const satisfies readonly Route[])('the route %o is read back from its address', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each([
    '',
    '#',
    '#/',
    '#/nonsense',
    '#/patient',
    '#/patient/',
    '#/alarms/',
    '#/alarms/x',
    '#/ward/%E0%A4%A',
    'ward',
  ])('the address "%s" shows the overview', (hash) => {
    expect(parseRoute(hash)).toEqual({ page: 'ward', ward: undefined });
  });
});

describe('pagesFor and shownRoute', () => {
  // A page needs the permission of the server route that it calls: `/api/devices` needs the permission to associate.
  it.each([
    [
      'nurse',
      ['ward', 'devices', 'calls', 'assignments'],
      { devices: 'devices', patient: 'patient', reach: 'reach', why: 'why' },
    ],
    ['physician', ['ward', 'calls', 'assignments'], { devices: 'ward', calls: 'calls', audit: 'ward', why: 'why' }],
    [
      'technician',
      ['devices', 'calls', 'assignments'],
      { ward: 'devices', patient: 'devices', audit: 'devices', why: 'devices' },
    ],
    ['auditor', ['audit'], { ward: 'audit', calls: 'audit', reach: 'audit', patient: 'audit', why: 'why' }],
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
])('the board of the address %s on a screen that watches %s of %o is the board of %s', (asked, watched, wards, ward) =>
  expect(boardWard(asked, watched, wards)).toBe(ward),
);
