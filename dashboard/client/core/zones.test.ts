import { afterEach, describe, expect, it } from 'vitest';
import { presetsAt } from './audit-search.ts';
import { shiftStart } from './shifts.ts';
import { clockText, dateTimeText, labelledClock, shortWhen, whenText, zonedText } from './times.ts';
import { pageZone, setZones, type Zones, zoneOfWard } from './zones.ts';

let reset = () => {};
afterEach(() => reset());

function showZones(zones: Partial<Zones>): void {
  reset = setZones(() => ({ screen: 'Europe/Berlin', wards: {}, ward: undefined, ...zones }));
}

const noon = Date.parse('2026-01-31T12:03:07Z');
const wards = { ICU: 'Europe/Berlin', Step: 'America/New_York' };

describe('the zone of a time', () => {
  it.each<[string, Partial<Zones>, string, string]>([
    [
      'a ward whose zone is the zone of the screen',
      { wards: { ICU: 'Europe/Berlin' }, ward: 'ICU' },
      '13:03:07',
      'CET',
    ],
    [
      'a ward whose zone has the same time as the screen',
      { wards: { ICU: 'Europe/Paris' }, ward: 'ICU' },
      '13:03:07',
      'CET',
    ],
    ['a ward without a zone', { ward: 'ICU' }, '13:03:07', 'CET'],
    [
      'a screen in another zone than the ward',
      { screen: 'UTC', wards: { ICU: 'Europe/Berlin' }, ward: 'ICU' },
      '13:03:07 CET',
      'CET',
    ],
    ['a ward among wards of other zones', { wards, ward: 'ICU' }, '13:03:07 CET', 'CET'],
    ['the other ward', { wards, ward: 'Step' }, '07:03:07 UTC-05:00', 'UTC-05:00'],
    ['all wards, which have different zones', { wards }, '13:03:07 CET', 'CET'],
    [
      'all wards, which have one zone',
      { screen: 'UTC', wards: { ICU: 'Europe/Berlin', Step: 'Europe/Berlin' } },
      '13:03:07 CET',
      'CET',
    ],
    ['a ward named like a member of each object', { wards, ward: 'constructor' }, '13:03:07 CET', 'CET'],
  ])('%s: a time has a label if a reader could misread its zone', (_, zones, clock, label) => {
    showZones(zones);
    expect(clockText(noon)).toBe(clock);
    // `labelledClock` and `zonedText` always have the label.
    expect(labelledClock(noon)).toBe(`${clock.slice(0, 8)} ${label}`);
    expect(zonedText(noon)).toBe(`2026-01-31 ${clock.slice(0, 8)} ${label}`);
  });

  it('a time that comes twice in a night has the label of its zone', () => {
    showZones({});
    const [first, second] = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(Date.parse) as [number, number];
    expect([clockText(first), clockText(second)]).toEqual(['02:30:00 CEST', '02:30:00 CET']);
    expect(clockText(second + 1_800_000)).toBe('03:00:00');
  });

  it('“today” is the present day in the zone of the ward', () => {
    showZones({ screen: 'UTC', wards: { ICU: 'Asia/Tokyo' }, ward: 'ICU' });
    // 23:30 in UTC is the next day in Tokyo.
    const [before, now] = ['2026-01-30T14:30:00Z', '2026-01-30T23:30:00Z'].map(Date.parse) as [number, number];
    expect(whenText(before, now)).toBe('2026-01-30 23:30 UTC+09:00');
    expect(shortWhen(now, now)).toBe('08:30 UTC+09:00');
    expect(shortWhen(Number.NaN, now)).toBe('–');
  });

  it('a time of a ward in a list of several wards is in the zone of that ward', () => {
    showZones({ wards });
    expect(pageZone()).toBe('Europe/Berlin');
    expect(dateTimeText(noon, zoneOfWard('Step'))).toBe('2026-01-31 07:03:07 UTC-05:00');
    expect(zoneOfWard(null)).toBe('Europe/Berlin');
  });

  it('a shift begins in the zone of the ward, and so does the day of a search', () => {
    showZones({ screen: 'UTC', wards: { ICU: 'Europe/Berlin' }, ward: 'ICU' });
    const begun = shiftStart([7 * 60, 19 * 60], noon);
    expect(new Date(begun).toISOString()).toBe('2026-01-31T06:00:00.000Z');
    expect(new Date(presetsAt(noon)[0]!.fromMs).toISOString()).toBe('2026-01-30T23:00:00.000Z');
  });
});
